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
from optimization.dispatch import announce, ends, restore, stopped
from optimization.dispatch.course import next_part, was_changed
from optimization.dispatch.held import Held
from optimization.models import Action, Rule, Status
from optimization.queue import reserve
from optimization.queue.states import move
from optimization.queue.timed import undo_time
from optimization.queue.undoing import mark_reverted

State = JournalStep.State


def _columns(live: Live | None, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if live is not None:
        columns["last_seen"] = live.value
    if answer is not None:
        columns["answer"] = answer
    return columns


def done(
    held: Held, live: Live, now: datetime, note: str, answer: dict[str, Any] | None = None, *, ours: bool = True
) -> None:
    """Meta shows what this step wanted. The last step's end is the action's; else it goes on with the next.

    `ours`: we set it. What somebody else had set already is not undone by itself later, and its limits are given back.
    """
    if held.part.restoring:
        return restore.done(held, live, now, answer)
    made = {"made_id": live.value} if held.change.makes else {}
    with transaction.atomic():
        if executor.finish(held.claim, State.DONE, error="", **made, **_columns(live, answer)):
            executor.note(held.change, held.change.new, now)
            action = _with_made(held, live)
            if next_part(action) is None:
                _executed(held, action, now, note, ours or was_changed(action))
            elif action.status == Status.UNCERTAIN:
                move(action, Status.EXECUTING, now=now, actor="executor", payload={"reason": "settled: in effect"})
            return
    if held.change.makes:
        announce.made_by_a_late_worker(held, live, now)


def _with_made(held: Held, live: Live) -> Action:
    """The action with what this step made noted on it."""
    action = held.action
    if held.change.makes:
        found = list(Action.objects.values_list("made", flat=True).get(pk=action.pk))
        mine = {"level": held.change.level, "id": live.value, "name": live.name or held.change.name}
        action.made = [*(one for one in found if one["id"] != live.value), mine]
        Action.objects.filter(pk=action.pk).update(made=action.made)
    return action


def _executed(held: Held, action: Action, now: datetime, note: str, ours: bool) -> None:
    """An undo turns its original to reverted in the same transaction. What we did not do uses no limit of ours up."""
    if not ours:
        reserve.give_back(action)
    text = f"All {held.part.of} steps are done, and read back from Meta." if held.part.of > 1 else note
    move(
        action,
        Status.EXECUTED,
        now=now,
        actor="executor",
        payload={"value": action.value_final, "sent": held.claim.sent, "note": text, "made": action.made},
        executed_at=now,
        finished_at=now,
        outcome_note=text,
        reserved=action.reserved if ours else [],
        undo_at=undo_time(action, now) if ours else None,
    )
    if action.rule_version is not None:
        Rule.objects.filter(pk=action.rule_version.rule_id).update(executed=F("executed") + 1)
    if action.undo_of is not None:
        mark_reverted(action.undo_of, action, now)


def failed(held: Held, now: datetime, reason: str, live: Live | None, **columns: Any) -> None:
    """This step is final, and nothing of it is in effect. Steps of ours before it are then put back."""
    with transaction.atomic():
        if not executor.finish(held.claim, State.FAILED, error=reason, **_columns(live), **columns):
            return
        if live is not None and live.value is not None:
            executor.note(held.change, live.value, now)
        words = held.part.words()
        text = f"{words} failed: {reason}" if words else reason
        if held.part.begun and next_part(held.action) is not None:
            restore.begin(held, text, now)
        else:
            ends.fail_action(held.action, text, now, seen=live.value if live else None)


def postponed(held: Held, now: datetime, reason: str, wait: timedelta, **columns: Any) -> None:
    """Nothing of this step took effect, and it is tried again later (machine time, jittered, inside the expiry).

    Where nothing of the action took effect it is approved again, its limits given back; where an emergency stop was
    the reason, it goes on to a person, as those did that had not begun. Half done, it stays executing.
    """
    action, at = held.action, _next_try(held, wait, now)
    midway = {"next_try_at": at} if held.part.begun else {}
    with transaction.atomic():
        if not executor.hand_back(held.claim, error=reason, **midway, **columns):
            return
        if action.status == Status.UNCERTAIN:
            action = move(action, Status.EXECUTING, now=now, actor="executor", payload={"reason": "settled: unchanged"})
        if held.part.begun:
            Action.objects.filter(pk=action.pk, status=Status.EXECUTING).update(outcome_note=reason)
            return
        _look_again_at_what_stood(action)
        reserve.give_back(action)
        again = move(
            action,
            Status.APPROVED,
            now=now,
            actor="executor",
            payload={"reason": reason, "postponed": True},
            outcome_note=reason,
            next_try_at=at,
            reserved=[],
        )
        stopped.return_if_stopped(again, now)


def _look_again_at_what_stood(action: Action) -> None:
    """Steps that had nothing to do are looked at anew, for it begins anew."""
    JournalStep.objects.filter(key__startswith=f"{action.public_id}:", state=State.DONE).update(state=State.OPEN)


def _next_try(held: Held, wait: timedelta, now: datetime) -> datetime:
    """Machine time. Not beyond the expiry: then at the latest somebody has to hear that it came to nothing."""
    at, ends = machine_now() + wait * random.uniform(1.0, 1.3), held.action.expires_at
    return at if ends is None or ends <= now else min(at, machine_now() + (ends - now))


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
                payload={"reason": reason, **({"step": held.part.number} if held.part.of > 1 else {})},
                outcome_note=reason,
            )
        else:
            Action.objects.filter(pk=held.action.pk, status=Status.UNCERTAIN).update(outcome_note=reason)


def needs_person(held: Held, now: datetime, reason: str, live: Live | None) -> None:
    """It was sent, and Meta's answers do not let us decide. What the steps before it changed stands."""
    with transaction.atomic():
        if not executor.finish(held.claim, State.NEEDS_PERSON, error=reason, **_columns(live)):
            return
        words = held.part.words()
        stands = " The steps before it stand." if held.part.begun else ""
        ends.hand_over(held.action, f"{words}: {reason}{stands}" if words else reason, now)
