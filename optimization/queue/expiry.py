"""Expiry, and what happens to approvals while execution is off."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError

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
        # Execution was off, or it never began (a limit had no room): a person decides anew. Tried in vain: expired.
        waited = action.held_since is not None or action.executing_at is None
        count += _give_back(action, now) if waited else _expire(action, now)
    approved.filter(held_since__isnull=False).update(held_since=None)
    return count


def _expire(action: Action, now: datetime) -> int:
    what = "Nobody decided in time." if action.status in OPEN_STATUSES else "It could not be carried out in time."
    note = f"{what} {action.outcome_note}".strip()
    return _to(action, Status.EXPIRED, note, now, finished_at=now)


def _give_back(action: Action, now: datetime) -> int:
    """Back to a person, or withdrawn where a newer proposal for the same is waiting."""
    why = f" {action.outcome_note}" if action.outcome_note and not action.held_since else ""
    waited = "before execution came back" if action.held_since else "ago and could not be begun"
    note = f"It was approved more than 24 h {waited}, so it needs a new decision.{why}"
    expires_at = now + settings.PROPOSAL_EXPIRES_AFTER
    try:
        return _to(action, Status.PENDING, note, now, held_since=None, expires_at=expires_at)
    except IntegrityError:
        note = f"{note} A newer proposal for the same is waiting, so this one is withdrawn."
        return _to(action, Status.CANCELLED, note, now, held_since=None, finished_at=now)


def _to(action: Action, to: Status, note: str, now: datetime, **columns: Any) -> int:
    """1 if it was moved, 0 if somebody else moved it first."""
    try:
        move(action, to, now=now, actor="system", payload={"reason": note}, outcome_note=note, **columns)
    except LostRace:
        return 0
    return 1
