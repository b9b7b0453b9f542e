"""Keeping readings: append-only, and only when something changed."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Max, QuerySet
from django.db.models.functions import Greatest

from intelligence.collect.creatives import keep_creatives
from intelligence.confirmations import with_confirmation
from intelligence.models import Reading
from intelligence.totals import Totals
from metaads.models import AdAccount, Level


@dataclass(frozen=True)
class Slot:
    """What a read was about."""

    account: AdAccount
    level: str
    day: date
    window: str = Reading.DAY


def keep(slot: Slot, totals: Totals, read_at: datetime) -> bool:
    """Stores what was read at `read_at`; True if it differs from what was known then.

    The same totals again raise `confirmed_at` of the reading that holds them and note the moment. The same moment read
    twice is replaced.
    """
    packed = totals.pack()
    digest = hashlib.sha256(packed).hexdigest()
    before = _readings(slot).filter(read_at__lte=read_at).order_by("-read_at").defer("packed").first()
    if before is not None and before.digest == digest:
        _confirm(before, read_at)
        return False
    Reading.objects.update_or_create(
        account=slot.account,
        level=slot.level,
        window=slot.window,
        day=slot.day,
        read_at=read_at,
        defaults={
            "confirmed_at": read_at,
            "confirmations": b"",
            "rows": len(totals),
            "packed": packed,
            "digest": digest,
        },
    )
    if slot.level == Level.AD and slot.window == Reading.DAY:
        keep_creatives(slot.account, slot.day, totals, read_at)
    return True


def _confirm(reading: Reading, read_at: datetime) -> None:
    """Adds the moment to those at which the reading was found unchanged."""
    Reading.objects.filter(pk=reading.pk).update(
        confirmed_at=Greatest(F("confirmed_at"), read_at),
        confirmations=with_confirmation(reading.confirmations, reading.read_at, read_at),
    )


def confirmed(
    account: AdAccount, level: str, days: tuple[date, date], window: str = Reading.DAY
) -> dict[date, datetime]:
    """When each day (both inclusive) was last read, changed or not; days never read lack."""
    rows = (
        Reading.objects.filter(account=account, level=level, window=window, day__range=days)
        .values_list("day")
        .annotate(last=Max("confirmed_at"))
        .order_by("day")
    )
    return dict(rows)


def _readings(slot: Slot) -> QuerySet[Reading]:
    return Reading.objects.filter(account=slot.account, level=slot.level, window=slot.window, day=slot.day)
