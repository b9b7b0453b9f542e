"""Expiry, and what happens to approvals while execution is off."""

from datetime import datetime

from metaads import switch
from metaads.models import AdAccount
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.states import LostRace, move


def expire_due(account: AdAccount, now: datetime) -> int:
    """Closes what is past its time; `now` is business time. While execution is off, approvals wait instead.

    When execution comes back, what was approved more than 24 h before returns to a person with the reason.
    """
    mine = Action.objects.filter(account=account)
    count = sum(_expire(action, now) for action in mine.filter(status__in=OPEN_STATUSES, expires_at__lte=now))
    approved = mine.filter(status=Status.APPROVED)
    if not switch.is_on(switch.EXECUTOR):
        approved.filter(held_since__isnull=True).update(held_since=now)
        return count
    for action in approved.filter(expires_at__lte=now):
        count += _give_back(action, now) if action.held_since else _expire(action, now)
    approved.filter(held_since__isnull=False).update(held_since=None)
    return count


def _expire(action: Action, now: datetime) -> int:
    what = "Nobody decided in time." if action.status in OPEN_STATUSES else "It could not be carried out in time."
    note = f"{what} {action.outcome_note}".strip()
    try:
        move(
            action,
            Status.EXPIRED,
            now=now,
            actor="system",
            payload={"reason": note},
            outcome_note=note,
            finished_at=now,
        )
    except LostRace:
        return 0
    return 1


def _give_back(action: Action, now: datetime) -> int:
    note = "It was approved more than 24 h before execution came back and needs a new decision."
    try:
        move(
            action,
            Status.PENDING,
            now=now,
            actor="system",
            payload={"reason": note},
            outcome_note=note,
            held_since=None,
            expires_at=None,
        )
    except LostRace:
        return 0
    return 1
