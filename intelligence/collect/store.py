"""Keeping readings: append-only, and only when something changed."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Max
from django.db.models.functions import Greatest

from intelligence.collect.creatives import keep_creatives
from intelligence.confirmations import with_confirmation
from intelligence.models import Reading
from intelligence.totals import Totals
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared, PreparedUpdate, upsert


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
    of_slot = {"account_id": slot.account.pk, "level": slot.level, "window": slot.window, "day": slot.day}
    before = _BEFORE.first(*of_slot.values(), read_at)
    if before is not None and before[1] == digest:
        pk, _, first, moments = before
        _CONFIRM(pk, read_at, with_confirmation(moments, first, read_at))
        return False
    held = {"confirmed_at": read_at, "confirmations": b"", "rows": len(totals), "packed": packed, "digest": digest}
    upsert(Reading, [*of_slot, "read_at"], {**of_slot, "read_at": read_at, **held})
    if slot.level == Level.AD and slot.window == Reading.DAY:
        keep_creatives(slot.account, slot.day, totals, read_at)
    return True


_BEFORE = Prepared(
    lambda account, level, window, day, read_at: (
        Reading.objects.filter(account_id=account, level=level, window=window, day=day, read_at__lte=read_at)
        .order_by("-read_at")
        .values_list("pk", "digest", "read_at", "confirmations")[:1]
    )
)
_CONFIRM = PreparedUpdate(
    lambda pk, read_at, moments: (
        Reading.objects.filter(pk=pk),
        {"confirmed_at": Greatest(F("confirmed_at"), read_at), "confirmations": moments},
    )
)
"""Adds the moment to those at which the reading was found unchanged."""
_CONFIRMED = Prepared(
    lambda account, level, window, first, last: (
        Reading.objects.filter(account_id=account, level=level, window=window, day__range=(first, last))
        .values_list("day")
        .annotate(last=Max("confirmed_at"))
        .order_by("day")
    )
)


def confirmed(
    account: AdAccount, level: str, days: tuple[date, date], window: str = Reading.DAY
) -> dict[date, datetime]:
    """When each day (both inclusive) was last read, changed or not; days never read lack."""
    return dict(_CONFIRMED(account.pk, level, window, *days))
