"""The only entrance: `notify` says something once; a repeat with the same key raises its count."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F

from notifications.models import Notification


def notify(
    *,
    subject: str,
    key: str,
    kind: str,
    severity: str,
    title: str,
    body: str,
    link: str,
    now: datetime,
    user: User | None = None,
) -> Notification:
    """`subject`: who may see it (`account:12`; empty = everybody). `key` folds duplicates. `now`: business time."""
    row, created = Notification.objects.get_or_create(
        key=key,
        defaults={
            "subject": subject,
            "kind": kind,
            "severity": severity,
            "title": title[:200],
            "body": body,
            "link": link,
            "user": user,
            "created_at": now,
            "updated_at": now,
        },
    )
    if not created:
        Notification.objects.filter(pk=row.pk).update(
            count=F("count") + 1, updated_at=now, body=body, title=title[:200]
        )
        row.refresh_from_db()
    return row
