"""While execution is off people make the changes; when a sync sees the wanted value, the action closes."""

from datetime import datetime

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
            move(
                action,
                Status.EXECUTED,
                now=now,
                actor="system",
                payload={"by_hand": True, "value": action.value_final},
                by_hand=True,
                executed_at=now,
                finished_at=now,
                outcome_note=NOTE,
            )
            closed += 1
        except LostRace:
            continue
    return closed
