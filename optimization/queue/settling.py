"""Settling what needs a person: Meta's answers did not let us decide, so somebody looked in Ads Manager and says."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from optimization.models import Action, Status
from optimization.queue import reserve
from optimization.queue.decision import already, load, lost, may_decide, who
from optimization.queue.errors import Invalid
from optimization.queue.states import LostRace, move


def settle(action_id: int, user: User | None, now: datetime, took_effect: bool, note: str) -> Action:
    """Closes an action that needs a person, as executed or as failed; only then its entity is free for others.

    An undo that took effect turns its original to reverted; what took none gives its limits back.
    Raises AlreadyDecided, NotAllowed, Stale or Invalid.
    """
    text = note.strip()
    if not text:
        raise Invalid("note: say what you saw in Ads Manager.")
    action = load(action_id)
    may_decide(action, user)
    if action.status != Status.NEEDS_PERSON:
        raise already(action)
    try:
        return _executed(action, user, now, text) if took_effect else _failed(action, user, now, text)
    except LostRace as race:
        raise lost(race) from None


@transaction.atomic
def _executed(action: Action, user: User | None, now: datetime, text: str) -> Action:
    fresh = move(
        action,
        Status.EXECUTED,
        now=now,
        payload={"value": action.value_final, "settled": text},
        executed_at=now,
        finished_at=now,
        outcome_note=f"Settled by a person: {text}",
        **who(user),
    )
    original = action.undo_of
    if original is not None and original.status == Status.EXECUTED:
        payload = {"undone_by": str(action.public_id)}
        move(original, Status.REVERTED, now=now, payload=payload, outcome_note="Undone.", **who(user))
    return fresh


@transaction.atomic
def _failed(action: Action, user: User | None, now: datetime, text: str) -> Action:
    reserve.give_back(action)
    return move(
        action,
        Status.FAILED,
        now=now,
        payload={"reason": text},
        finished_at=now,
        reserved=[],
        outcome_note=f"Settled by a person, it took no effect: {text}",
        **who(user),
    )
