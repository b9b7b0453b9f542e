"""Ends of an attempt. Each settles journal, action, reservation and ledger in one transaction, fenced by the claim."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from metaads import executor
from metaads.clock import machine_now
from metaads.executor import Live
from metaads.models import JournalStep
from optimization.dispatch import announce, stopped
from optimization.dispatch.held import Held
from optimization.models import Action, Rule, Status
from optimization.queue import reserve
from optimization.queue.states import move
from optimization.queue.timed import undo_time
from optimization.queue.undoing import mark_reverted
from optimization.rules.breaker import note_failed_action

State = JournalStep.State


def _columns(live: Live | None, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if live is not None:
        columns["last_seen"] = live.value
    if answer is not None:
        columns["answer"] = answer
    return columns


def executed(
    held: Held, live: Live, now: datetime, note: str, answer: dict[str, Any] | None = None, *, ours: bool = True
) -> None:
    """Meta shows the wanted value. An undo turns its original to reverted in the same transaction.

    `ours`: we set it. What somebody else had set already is not undone by itself later.
    """
    action = held.action
    with transaction.atomic():
        if not executor.finish(held.claim, State.DONE, **_columns(live, answer)):
            return
        executor.note(held.change, held.change.new, now)
        move(
            action,
            Status.EXECUTED,
            now=now,
            actor="executor",
            payload={"value": held.change.new, "sent": held.claim.sent, "note": note},
            executed_at=now,
            finished_at=now,
            outcome_note=note,
            undo_at=undo_time(action, now) if ours else None,
        )
        if action.rule_version is not None:
            Rule.objects.filter(pk=action.rule_version.rule_id).update(executed=F("executed") + 1)
        if action.undo_of is not None:
            mark_reverted(action.undo_of, action, now)


def failed(held: Held, now: datetime, reason: str, live: Live | None, **columns: Any) -> None:
    """Final, and nothing of ours is in effect."""
    with transaction.atomic():
        if not executor.finish(held.claim, State.FAILED, error=reason, **_columns(live), **columns):
            return
        if live is not None and live.value is not None:
            executor.note(held.change, live.value, now)
        reserve.give_back(held.action)
        fresh = move(
            held.action,
            Status.FAILED,
            now=now,
            actor="executor",
            payload={"reason": reason, "seen": live.value if live else None},
            outcome_note=reason,
            finished_at=now,
            reserved=[],
        )
        announce.failed(fresh, reason, now)
        note_failed_action(fresh, now)


def postponed(held: Held, now: datetime, reason: str, wait: timedelta, **columns: Any) -> None:
    """Nothing took effect: approved again, its limits given back, with a next try on machine time.

    Where an emergency stop was the reason, it goes on to a person, as those did that had not begun.
    """
    action = held.action
    jittered = wait * random.uniform(1.0, 1.3)
    with transaction.atomic():
        if not executor.hand_back(held.claim, error=reason, **columns):
            return
        if action.status == Status.UNCERTAIN:
            action = move(action, Status.EXECUTING, now=now, actor="executor", payload={"reason": "settled: unchanged"})
        reserve.give_back(action)
        again = move(
            action,
            Status.APPROVED,
            now=now,
            actor="executor",
            payload={"reason": reason, "postponed": True},
            outcome_note=reason,
            next_try_at=machine_now() + jittered,
            reserved=[],
        )
        stopped.return_if_stopped(again, now)


def uncertain(held: Held, now: datetime, reason: str, **columns: Any) -> None:
    """The outcome of a request is unknown: look again after it has settled."""
    with transaction.atomic():
        if not executor.finish(held.claim, State.UNCERTAIN, error=reason, **columns):
            return
        if held.action.status == Status.EXECUTING:
            move(
                held.action,
                Status.UNCERTAIN,
                now=now,
                actor="executor",
                payload={"reason": reason},
                outcome_note=reason,
            )
        else:
            Action.objects.filter(pk=held.action.pk, status=Status.UNCERTAIN).update(outcome_note=reason)


def needs_person(held: Held, now: datetime, reason: str, live: Live | None) -> None:
    """It was sent, and Meta's answers do not let us decide."""
    with transaction.atomic():
        if not executor.finish(held.claim, State.NEEDS_PERSON, error=reason, **_columns(live)):
            return
        fresh = move(
            held.action,
            Status.NEEDS_PERSON,
            now=now,
            actor="executor",
            payload={"reason": reason},
            outcome_note=reason,
        )
        announce.failed(fresh, reason, now)
