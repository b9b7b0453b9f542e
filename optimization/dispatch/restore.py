"""Putting a half-done action back, step by step in reverse, and its end: failed, or handed to a person."""

from datetime import datetime
from typing import Any

from django.db import transaction

from metaads import executor
from metaads.executor import Live
from metaads.models import JournalStep
from optimization.dispatch import ends
from optimization.dispatch.course import failed_row, journal_of, next_part
from optimization.dispatch.held import Held
from optimization.models import Action, Status
from optimization.queue.states import move

State = JournalStep.State


def begin(held: Held, reason: str, now: datetime) -> None:
    """A step has failed for good: what was changed before it is put back next. Call in the transaction that says so."""
    text = f"{reason} What was changed before is being put back."
    action = held.action
    if action.status == Status.UNCERTAIN:
        action = move(action, Status.EXECUTING, now=now, actor="executor", payload={"reason": text})
    Action.objects.filter(pk=action.pk, status=Status.EXECUTING).update(outcome_note=text)


def done(held: Held, live: Live, now: datetime, answer: dict[str, Any] | None) -> None:
    """The old value stands again."""
    told = {} if answer is None else {"answer": answer}
    _settle(held, State.DONE, now, live, held.change.new, error="", **told)


def left(held: Held, live: Live, now: datetime) -> None:
    """Somebody has changed it since: theirs stays."""
    _settle(held, State.FAILED, now, live, live.value, error=f"Left as someone else set it since: {live.value}.")


def impossible(held: Held, reason: str, live: Live | None, now: datetime, **columns: Any) -> None:
    """Meta refuses, or shows no effect: a person must look once the rest is put back."""
    _settle(held, State.NEEDS_PERSON, now, live, None, error=reason, **columns)


def _settle(held: Held, state: str, now: datetime, live: Live | None, stands: Any, **columns: Any) -> None:
    """`stands`: the value to note in the mirror."""
    seen = {} if live is None else {"last_seen": live.value}
    with transaction.atomic():
        if not executor.finish(held.claim, state, **seen, **columns):
            return
        executor.note(held.change, stands, now)
        action = held.action
        if next_part(action) is None:
            _end(action, now)
        elif action.status == Status.UNCERTAIN:
            move(action, Status.EXECUTING, now=now, actor="executor", payload={"reason": "settled, going on"})


def _end(action: Action, now: datetime) -> None:
    rows = journal_of(action)
    culprit, back = failed_row(rows), [row for key, row in rows.items() if key.startswith("r")]
    number = culprit.key.rpartition(":")[2] if culprit else "?"
    cause = f"Step {number} of {len(action.steps)} failed: {culprit.error if culprit else 'unknown'}"
    stuck = [row for row in back if row.state == State.NEEDS_PERSON]
    theirs = [f"{row.entity_id}: {row.error}" for row in back if row.state == State.FAILED]
    if stuck:
        told = " ".join(f"{row.field} of {row.entity_id} could not be put back: {row.error}" for row in stuck)
        return ends.hand_over(action, f"{cause} {told}", now)
    return ends.fail_action(action, " ".join([cause, "What was changed before was put back.", *theirs]), now)
