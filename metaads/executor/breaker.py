"""Opens when Meta fails at least half of at least twenty writes of a connection; closes once Meta answers a read.

The state is in the database, so that all workers share it. Only unclear outcomes count (time-outs, 5xx, no JSON): a
refusal is an answer, and rate limits and tokens have their own rules. Machine time throughout.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from metaads.clock import machine_now
from metaads.graph.client import client_for
from metaads.graph.errors import MetaError, OutcomeUnknown
from metaads.models import AdAccount, Breaker

LEAST_WRITES = 20
SHARE = 0.5
MOST_KEPT = 500


def note_write(account: AdAccount, failed: bool) -> Breaker | None:
    """Counts one write; the breaker where this one opened it."""
    Breaker.objects.bulk_create([Breaker(connection_id=account.connection_id)], ignore_conflicts=True)
    with transaction.atomic():
        row = Breaker.objects.select_for_update().get(connection_id=account.connection_id)
        if row.opened_at is not None:
            return None
        now = machine_now()
        since = (now - settings.BREAKER_WINDOW).timestamp()
        kept = [one for one in row.recent if one[0] >= since]
        row.recent = [*kept[-MOST_KEPT:], [now.timestamp(), int(failed)]]
        errors, writes = sum(one[1] for one in row.recent), len(row.recent)
        opens = failed and writes >= LEAST_WRITES and errors >= SHARE * writes
        if opens:
            row.opened_at, row.next_probe_at, row.probes = now, now + settings.BREAKER_PAUSE, 0
            row.opened_because = f"{errors} of {writes} writes failed within {_minutes(settings.BREAKER_WINDOW)}"
        row.save()
    return row if opens else None


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} minutes"


def open_breaker(account: AdAccount) -> Breaker | None:
    """The breaker, while it is open."""
    return Breaker.objects.filter(connection_id=account.connection_id, opened_at__isnull=False).first()


def probe(account: AdAccount, breaker: Breaker) -> bool:
    """Whether writes may begin again: one worker after each pause asks Meta for the account, and closes it if told."""
    now = machine_now()
    if not _my_probe(breaker, now):
        return False
    try:
        client_for(account, first=True).get((account.path_id,), {"fields": "id"})
    except OutcomeUnknown:
        return False
    except MetaError:
        pass  # It answered, if only to refuse.
    mine = Breaker.objects.filter(pk=breaker.pk, opened_at__isnull=False)
    return mine.update(opened_at=None, next_probe_at=None, recent=[], closed_at=machine_now()) == 1


def _my_probe(breaker: Breaker, now: datetime) -> bool:
    due = Breaker.objects.filter(pk=breaker.pk, opened_at__isnull=False, next_probe_at__lte=now)
    return due.update(next_probe_at=now + settings.BREAKER_PAUSE, probes=F("probes") + 1) == 1
