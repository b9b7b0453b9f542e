"""A person settles what the executor could not: sent as often as allowed, and Meta's answer stayed unclear."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from optimization.models import Action, Status
from optimization.queue import reserve
from optimization.queue.decision import already, load, lost, may_decide, who
from optimization.queue.errors import Invalid
from optimization.queue.states import LostRace, move
from optimization.queue.timed import undo_time
from optimization.queue.undoing import mark_reverted


@transaction.atomic
def resolve(action_id: int, user: User | None, now: datetime, in_effect: bool, note: str) -> Action:
    """`in_effect`: what the person saw at Meta. Raises AlreadyDecided, NotAllowed, or Invalid without a note."""
    action = load(action_id)
    may_decide(action, user)
    if action.status != Status.NEEDS_PERSON:
        raise already(action)
    text = note.strip()
    if not text:
        raise Invalid("note: say what you saw at Meta.")
    to = Status.EXECUTED if in_effect else Status.FAILED
    if not in_effect:
        reserve.give_back(action)
    try:
        fresh = move(
            action,
            to,
            now=now,
            payload={"settled_by_person": True, "in_effect": in_effect, "note": text},
            outcome_note=f"Settled by a person: {text}",
            finished_at=now,
            executed_at=now if in_effect else None,
            reserved=action.reserved if in_effect else [],
            undo_at=undo_time(action, now) if in_effect else None,
            **who(user),
        )
    except LostRace as race:
        raise lost(race) from None
    if in_effect and action.undo_of is not None:
        mark_reverted(action.undo_of, fresh, now)
    return fresh
