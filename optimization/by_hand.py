"""While execution is off people make the changes; when a sync sees the wanted value, the action closes."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from metaads import switch
from metaads.models import AdAccount
from optimization.models import Action, Status
from optimization.present import present_values, unlike
from optimization.queue.states import LostRace, move
from optimization.queue.timed import undo_time
from optimization.queue.undoing import mark_reverted
from optimization.steps import steps_of

NOTE = "Done by hand: the sync found the wanted value at Meta."


def close_done_by_hand(account: AdAccount, now: datetime) -> int:
    """Closes pending and approved actions whose wanted value stands at Meta, while the executor is off."""
    if switch.is_on(switch.EXECUTOR):
        return 0
    closed = 0
    for action in Action.objects.filter(account=account, status__in=[Status.PENDING, Status.APPROVED]):
        if not can_be_seen(action) or not _stands(action):
            continue
        try:
            _close(action, now)
            closed += 1
        except (LostRace, IntegrityError):  # decided just now, or another undo of the same stands already
            continue
    return closed


def _stands(action: Action) -> bool:
    """What is wanted is there, whatever Meta added to it."""
    value, wanted = present_values(action.account, action).value, action.value_final
    return value is not None and not unlike(wanted, value, action.field, action.currency, action.value_before)


def can_be_seen(action: Action) -> bool:
    """Whether the mirror can show that it was done: what it would make, nobody can tell from what else was made."""
    return all(step.op == "set" for step in steps_of(action.steps))


@transaction.atomic
def _close(action: Action, now: datetime) -> None:
    """Executed, by hand; where it was an undo, its original is reverted.

    Its time ends too, where somebody had approved it for a time. A value that was set without that is another's wish.
    """
    payload = {"by_hand": True, "value": action.value_final}
    said: dict[str, Any] = {"by_hand": True, "outcome_note": NOTE, "executed_at": now, "finished_at": now}
    said["undo_at"] = undo_time(action, now) if action.status == Status.APPROVED else None
    done = move(action, Status.EXECUTED, now=now, actor="system", payload=payload, **said)
    if action.undo_of is not None:
        mark_reverted(action.undo_of, done, now)
