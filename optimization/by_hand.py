"""While execution is off people make the changes; when a sync sees the wanted value, the action closes."""

from datetime import datetime
from typing import Any

from django.db import transaction

from metaads import switch
from metaads.models import AdAccount
from optimization.entities import load_one
from optimization.models import Action, Status
from optimization.queue.states import LostRace, move

NOTE = "Done by hand: the sync found the wanted value at Meta."


def close_done_by_hand(account: AdAccount, now: datetime) -> int:
    """Closes pending and approved actions whose wanted value stands at Meta, while the executor is off."""
    if switch.is_on(switch.EXECUTOR):
        return 0
    closed = 0
    for action in Action.objects.filter(account=account, status__in=[Status.PENDING, Status.APPROVED]):
        entity = load_one(account, action.level, action.entity_id)
        if entity is None or entity.value_of(action.field) != action.value_final:
            continue
        try:
            _close(action, now)
            closed += 1
        except LostRace:
            continue
    return closed


@transaction.atomic
def _close(action: Action, now: datetime) -> None:
    """Executed, by hand; where it was an undo, its original is reverted."""
    payload = {"by_hand": True, "value": action.value_final}
    when: dict[str, Any] = {"executed_at": now, "finished_at": now}
    move(action, Status.EXECUTED, now=now, actor="system", payload=payload, by_hand=True, outcome_note=NOTE, **when)
    original = action.undo_of
    if original is not None and original.status == Status.EXECUTED:
        move(original, Status.REVERTED, now=now, actor="system", payload=payload, outcome_note="Undone by hand.")
