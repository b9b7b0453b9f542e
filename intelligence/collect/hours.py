"""Hours as differences of the day's totals: rows of Snapshot.

A reading stands for the account's clock hour in which it was taken, less 15 minutes, for what Meta shows is up to 15
minutes old (reference 4.2): one taken at 12:05 completes the hour from 11:00. The hour's row is its newest reading less
the newest one of an earlier hour of the same day, so the rows of a day add up to the day's last reading, and reading an
hour twice leaves one row with the newest values. When hours were missed the difference stays one row, under the first
of them, with `hours` > 1. The first reading after the day's end completes its last hour; what Meta restates later
changes the day's total alone, never an hour.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.collect.rows import Difference, snapshot_rows
from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.source import conversion_types
from intelligence.models import Reading, Snapshot
from intelligence.totals import EMPTY, Totals, unpack_totals
from metaads.models import AdAccount

LAG = timedelta(minutes=15)
LATEST_CLOSE = timedelta(hours=24)
"""A first reading later than this after the day's end says too little about the day's last hours."""
_HOUR = timedelta(hours=1)
_BATCH = 500


@dataclass(frozen=True)
class Interval:
    """Hours that a reading completes: `first` is the first one's start (UTC), `since` the state subtracted."""

    first: datetime
    hours: int
    since: datetime
    until: datetime
    before: Totals


def hour_of(read_at: datetime, day: date, account: AdAccount) -> datetime:
    """Start (UTC) of the hour of `day` that a reading taken at `read_at` stands for."""
    zone = account.zone
    start, end = windows.day_start(day, zone), windows.day_end(day, zone)
    inside = max(start, min(read_at - LAG, end - timedelta(microseconds=1)))
    return max(windows.hour_start(inside, zone), start)


def interval(account: AdAccount, level: str, day: date, read_at: datetime) -> Interval | None:
    """What the reading at `read_at` adds; None where it must not touch hours (a restatement, or an older read)."""
    end = windows.day_end(day, account.zone)
    readings = Reading.objects.filter(account=account, level=level, day=day, window=Reading.DAY)
    if readings.filter(read_at__gt=read_at).exists() or read_at > end + LATEST_CLOSE:
        return None
    if read_at > end and readings.filter(confirmed_at__gte=end, read_at__lt=read_at).exists():
        return None
    hour = hour_of(read_at, day, account)
    for earlier in readings.filter(read_at__lt=read_at).order_by("-read_at"):
        if hour_of(earlier.read_at, day, account) < hour:
            since = max(earlier.read_at, min(earlier.confirmed_at, hour))
            first = hour_of(since, day, account) + _HOUR
            return _interval(first, hour, since, min(read_at, end), unpack_totals(earlier.packed))
    start = windows.day_start(day, account.zone)
    return _interval(start, hour, start, min(read_at, end), EMPTY)


def _interval(first: datetime, last: datetime, since: datetime, until: datetime, before: Totals) -> Interval:
    return Interval(first, windows.hours_between(first, last) + 1, since, until, before)


def keep_hours(account: AdAccount, level: str, day: date, totals: Totals, read_at: datetime) -> int:
    """Writes the rows of the hour that this reading completes, one for each entity it lists. Answers how many."""
    span = interval(account, level, day, read_at)
    if span is None or not len(totals):
        return 0
    types = conversion_types(account)
    ids = totals.ids.astype(np.str_)
    born = np.full(len(ids), np.nan)
    difference = Difference(
        now=Days(ids, {0: totals}, 1, born, types), before=Days(ids, {0: span.before}, 1, born, types), totals=totals
    )
    frame = Snapshot(
        account=account,
        level=level,
        hour=span.first,
        hours=span.hours,
        since=span.since,
        read_at=span.until,
        local_date=day,
        local_hour=span.first.astimezone(account.zone).hour,
    )
    _upsert(snapshot_rows(frame, difference))
    return len(ids)


def _upsert(rows: list[Snapshot]) -> None:
    """Ordered by entity, so that two workers take row locks in the same order."""
    keys = ["account", "level", "entity_id", "hour"]
    rest = [field.name for field in Snapshot._meta.concrete_fields if field.name not in {*keys, "id"}]
    Snapshot.objects.bulk_create(rows, batch_size=_BATCH, update_conflicts=True, unique_fields=keys, update_fields=rest)
