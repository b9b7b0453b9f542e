"""Hours that passed unread, as Meta's hourly breakdown told them later.

An interval of several hours is a true sum that says nothing of its hours. For campaigns Meta can tell afterwards how it
fell into them (`intelligence.collect.gaps` asks), without reach and web purchases: those stay unknown per hour.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from intelligence.models import Reading
from intelligence.snapshots import Snapshot
from intelligence.totals import Totals, unpack_totals
from metaads.models import AdAccount, Level

_HOUR = timedelta(hours=1)
_COUNTS = ("impressions", "clicks", "inline_link_clicks", "thruplays")
Slots = Mapping[tuple[date, str], tuple[datetime, Totals]]


def slot_name(hour: int) -> str:
    """The `window` of a Reading that holds one local hour of its day: "h00" to "h23"."""
    return f"h{hour:02}"


def with_filled_hours(account: AdAccount, snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """The snapshots of one entity, in which intervals whose hours are all known became these hours. One query, and that
    only where there are intervals of a campaign."""
    held = tuple(snapshots)
    days = {one.local_date for one in held if one.hours > 1 and one.level == Level.CAMPAIGN}
    slots = _slots(account, days) if days else {}
    return tuple(part for one in held for part in (_parts(account, one, slots) if one.local_date in days else [one]))


def _slots(account: AdAccount, days: set[date]) -> Slots:
    """The newest reading of each local hour."""
    rows = Reading.objects.filter(account=account, level=Level.CAMPAIGN, day__in=days, window__startswith="h")
    found = rows.order_by("read_at").values_list("day", "window", "read_at", "packed")
    return {(day, window): (read_at, unpack_totals(packed)) for day, window, read_at, packed in found}


def _parts(account: AdAccount, whole: Snapshot, slots: Slots) -> list[Snapshot]:
    """The interval's hours; the interval itself where one of them is not known. Where clocks go back, the local hour
    that comes twice is one part of two hours."""
    starts: dict[tuple[date, int], list[datetime]] = {}
    for hour in (whole.hour + n * _HOUR for n in range(whole.hours)):
        local = hour.astimezone(account.zone)
        starts.setdefault((local.date(), local.hour), []).append(hour)
    if whole.hours == 1 or any((day, slot_name(hour)) not in slots for day, hour in starts):
        return [whole]
    return [_part(whole, hours, local, slots[day, slot_name(local)]) for (day, local), hours in starts.items()]


def _part(whole: Snapshot, hours: list[datetime], local_hour: int, held: tuple[datetime, Totals]) -> Snapshot:
    """One local hour. A campaign that Meta's breakdown does not list did not deliver in it."""
    read_at, totals = held
    place = np.flatnonzero(totals.ids == int(whole.entity_id))
    impressions, clicks, links, thruplays = (_count(_value(totals, name, place)) for name in _COUNTS)
    spend = _value(totals, "spend", place)
    return Snapshot(
        level=whole.level,
        entity_id=whole.entity_id,
        hour=hours[0],
        local_date=whole.local_date,
        local_hour=local_hour,
        hours=len(hours),
        since=hours[0],
        read_at=read_at,
        impressions=impressions,
        clicks=clicks,
        inline_link_clicks=links,
        thruplays=thruplays,
        spend=None if spend is None else Decimal(str(round(spend, 4))),
        status=whole.status,
        learning_status=whole.learning_status,
        daily_budget=whole.daily_budget,
        delivery=whole.delivery,
        cause=whole.cause,
        filled=True,
    )


def _count(value: float | None) -> int | None:
    return None if value is None else round(value)


def _value(totals: Totals, name: str, place: np.ndarray) -> float | None:
    if not len(place):
        return 0.0
    value = float(totals.metric(name)[place[0]])
    return None if value != value else value
