"""Messages that stand while something is so, and go when it is no more: each is said once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from notifications.models import Notification
from notifications.send import notify


@dataclass(frozen=True)
class Standing:
    """What stands. `severity` and `link` as in Notification."""

    severity: str
    title: str
    body: str
    link: str = ""


def hold(subject: str, topic: str, wanted: Mapping[str, Standing], now: datetime) -> int:
    """Makes `wanted` (by a stable code) all that stands of this topic about this subject. Gives how many are new.

    What stood before and is not wanted expires at `now` (business time); what comes back is new again.
    """
    prefix = f"{topic}:{subject}:"
    rows = {row.key: row for row in Notification.objects.filter(key__startswith=prefix)}
    fresh = 0
    for code, message in wanted.items():
        row = rows.pop(f"{prefix}{code}"[:200], None)
        fresh += _say(subject, f"{prefix}{code}"[:200], message, now) if row is None else _again(row, message, now)
    alive = [row.pk for row in rows.values() if row.expires_at is None]
    if alive:
        Notification.objects.filter(pk__in=alive).update(expires_at=now)
    return fresh


def _say(subject: str, key: str, message: Standing, now: datetime) -> int:
    notify(
        subject=subject,
        key=key,
        kind=Notification.Kind.SYSTEM,
        severity=message.severity,
        title=message.title,
        body=message.body,
        link=message.link,
        now=now,
    )
    return 1


def _again(row: Notification, message: Standing, now: datetime) -> int:
    """Keeps the words true; only one that had gone counts again."""
    words = {"title": message.title[:200], "body": message.body, "severity": message.severity, "link": message.link}
    if row.expires_at is not None:
        same = Notification.objects.filter(pk=row.pk)
        same.update(**words, expires_at=None, created_at=now, updated_at=now, count=F("count") + 1)
        return 1
    if any(getattr(row, name) != value for name, value in words.items()):
        Notification.objects.filter(pk=row.pk).update(**words, updated_at=now)
    return 0
