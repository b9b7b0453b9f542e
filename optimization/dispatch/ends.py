"""The two ends of an action that did not come about: failed, or handed to a person. Call them in the transaction that
settles the journal step."""

from datetime import datetime
from typing import Any

from optimization.dispatch import announce
from optimization.dispatch.course import was_changed
from optimization.models import Action, Status
from optimization.queue import reserve
from optimization.queue.states import move
from optimization.rules.breaker import note_failed_action


def fail_action(action: Action, reason: str, now: datetime, **payload: Any) -> None:
    """The action's end where nothing of ours is in effect (any more)."""
    if was_changed(action):
        # Changed and changed back: Meta counted that, so the day's count of changes keeps it.
        action.reserved = [row for row in action.reserved if not str(row[0]).startswith("changes:")]
    reserve.give_back(action)
    fresh = move(
        action,
        Status.FAILED,
        now=now,
        actor="executor",
        payload={"reason": reason, **payload},
        outcome_note=reason,
        finished_at=now,
        reserved=[],
    )
    announce.failed(fresh, reason, now)
    note_failed_action(fresh, now)


def hand_over(action: Action, reason: str, now: datetime) -> None:
    """To a person, who decides what became of it. The objects stay held until then."""
    if action.status == Status.EXECUTING:
        action = move(action, Status.UNCERTAIN, now=now, actor="executor", payload={"reason": reason})
    fresh = move(
        action, Status.NEEDS_PERSON, now=now, actor="executor", payload={"reason": reason}, outcome_note=reason
    )
    announce.failed(fresh, reason, now)
