"""Calls to be made: stored in the caller's transaction, so that what is told is told exactly when it happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from notifications.models import WebhookCall


@dataclass(frozen=True)
class Call:
    """`key` folds repeats: a second call with it is none. `secret`: name of the secret that signs it, "" = unsigned."""

    subject: str
    key: str
    url: str
    secret: str
    payload: Mapping[str, Any]


def known(keys: Iterable[str]) -> set[str]:
    """Those of the keys that are called, or to be called, already."""
    return set(WebhookCall.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def enqueue(calls: Iterable[Call], now: datetime) -> int:
    """Stores what is new; `now` is business time. Gives their number. Call it in the transaction of the event."""
    wanted = {call.key: call for call in calls}
    fresh = [call for key, call in wanted.items() if key not in known(wanted)]
    due = timezone.now()
    rows = [
        WebhookCall(
            subject=call.subject,
            key=call.key,
            url=call.url,
            secret=call.secret,
            payload=dict(call.payload),
            made_at=now,
            next_try_at=due,
        )
        for call in fresh
    ]
    WebhookCall.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)
