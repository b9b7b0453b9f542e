"""What was approved before an emergency stop goes back to a person, also what was in flight when it was set.

Setting a stop hands back what waits at that moment. This catches the rest, during the stop or after it was lifted:
actions that a worker held just then, and those that a transaction approved at the same time.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from optimization.models import Action, EmergencyStop, Status
from optimization.queue.states import move

NOTE = "It was approved before an emergency stop and needs a new decision."


def return_if_stopped(action: Action, now: datetime) -> bool:
    """Whether the approved `action` went back, because a stop was set after its approval (lifted or not).

    Raises LostRace when somebody else moved it first.
    """
    if action.decided_at is None:
        return False
    # A stop of everything is set by the wall clock; the account's own clock may run ahead of it in a sandbox.
    by_wall = action.decided_at - action.account.connection.clock_offset
    mine = Q(account=action.account_id, set_at__gte=action.decided_at)
    if not EmergencyStop.objects.filter(mine | Q(account__isnull=True, set_at__gte=by_wall)).exists():
        return False
    again = now + settings.PROPOSAL_EXPIRES_AFTER
    try:
        with transaction.atomic():
            _move(action, Status.PENDING, NOTE, now, expires_at=again, held_since=None, next_try_at=None)
    except IntegrityError:
        note = f"{NOTE} A newer proposal for the same is waiting, so this one is withdrawn."
        _move(action, Status.CANCELLED, note, now, finished_at=now)
    return True


def _move(action: Action, to: Status, note: str, now: datetime, **columns: Any) -> None:
    payload = {"reason": "approved before an emergency stop"}
    move(action, to, now=now, actor="system", payload=payload, outcome_note=note, **columns)
