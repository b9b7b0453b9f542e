"""Doors of the calendar of events: the row and the ledger event in one transaction."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.calendar import EventDraft, save_event
from intelligence.models import CalendarEvent
from optimization.ledger import record


@transaction.atomic
def put_event(draft: EventDraft, event: CalendarEvent | None, user: User | None, now: datetime) -> CalendarEvent:
    """Adds an event, or changes `event`. `now`: business time. Raises intelligence.calendar.BadEvent.

    An event that moves to another account is recorded in the chains of both."""
    before = _plain(event) if event else None
    was_of = event.account_id if event else None
    row = save_event(draft, event, user)
    _record(row.account_id, {"calendar_event": _plain(row), "before": before}, user, now)
    if before is not None and was_of != row.account_id:
        _record(was_of, {"calendar_event": None, "before": before, "moved": True}, user, now)
    return row


@transaction.atomic
def remove_event(event: CalendarEvent, user: User | None, now: datetime) -> None:
    """Deletes it; the ledger keeps what it was."""
    before, account_id = _plain(event), event.account_id
    event.delete()
    _record(account_id, {"calendar_event": None, "before": before}, user, now)


def _plain(event: CalendarEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "account": event.account_id,
        "name": event.name,
        "kind": event.kind,
        "first_day": event.first_day.isoformat(),
        "last_day": event.last_day.isoformat(),
        "effect": event.effect,
    }


def _record(account_id: int | None, payload: dict[str, Any], user: User | None, now: datetime) -> None:
    """Events of all accounts are in the installation's chain."""
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    record("setting_changed", account_id=account_id, now=now, payload=payload, **who)
