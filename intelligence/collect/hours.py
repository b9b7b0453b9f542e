"""Hours as differences of the day's totals: one HourBlock a read.

A reading stands for the account's clock hour in which it was taken, less 15 minutes, for what Meta shows is up to 15
minutes old (reference 4.2): one taken at 12:05 completes the hour from 11:00. The hour's row is its newest reading less
the newest one of an earlier hour of the same day, so the rows of a day add up to the day's last reading, and reading an
hour twice leaves one block with the newest values. When hours were missed the difference stays one row, under the first
of them, with `hours` > 1. The first reading after the day's end completes its last hour; what Meta restates later
changes the day's total alone, never an hour.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.collect.rows import Difference, block_columns
from intelligence.columns import pack
from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.source import conversion_types
from intelligence.models import HourBlock, Reading
from intelligence.totals import EMPTY, Totals, unpack_totals
from metaads.models import AdAccount
from metaads.prepared import Prepared, upsert

LAG = timedelta(minutes=15)
LATEST_CLOSE = timedelta(hours=24)
"""A first reading later than this after the day's end says too little about the day's last hours."""
_HOUR = timedelta(hours=1)


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


_LATER = Prepared(
    lambda account, level, day, read_at: Reading.objects.filter(
        account_id=account, level=level, day=day, window=Reading.DAY, read_at__gt=read_at
    ).values_list("pk")[:1]
)
_EARLIER = Prepared(
    lambda account, level, day, read_at: (
        Reading.objects.filter(account_id=account, level=level, day=day, window=Reading.DAY, read_at__lt=read_at)
        .order_by("-read_at")
        .values_list("pk", "read_at", "confirmed_at")
    )
)
_PACKED = Prepared(lambda pk: Reading.objects.filter(pk=pk).values_list("packed", flat=True))
_BLOCK = Prepared(
    lambda account, level, first, last: (
        HourBlock.objects.filter(account_id=account, level=level, hour__range=(first, last))
        .order_by("-hour")
        .values_list("hour", "hours", "since")[:1]
    )
)


def interval(account: AdAccount, level: str, day: date, read_at: datetime) -> Interval | None:
    """What the reading at `read_at` adds; None where it must not touch hours (a restatement, or an older read)."""
    end = windows.day_end(day, account.zone)
    if read_at > end + LATEST_CLOSE or _LATER(account.pk, level, day, read_at):
        return None
    listed = _EARLIER(account.pk, level, day, read_at)
    if read_at > end and any(confirmed_at >= end for _, _, confirmed_at in listed):
        return None
    hour = hour_of(read_at, day, account)
    for pk, earlier, confirmed_at in listed:
        if hour_of(earlier, day, account) < hour:
            since = max(earlier, min(confirmed_at, hour))
            first, since = _joined(account, level, hour_of(since, day, account) + _HOUR, since)
            return _interval(first, hour, since, min(read_at, end), unpack_totals(_PACKED(pk)[0]))
    start = windows.day_start(day, account.zone)
    return _interval(start, hour, start, min(read_at, end), EMPTY)


def _joined(account: AdAccount, level: str, first: datetime, since: datetime) -> tuple[datetime, datetime]:
    """Where an earlier block reaches into `first`: that block's own start and state, for both are of the same hours.

    So it is where a read found nothing new since hours: it confirms what was read then, and the next read of the same
    hour, measured from that, would tell of this hour alone beside a block that holds it.
    """
    for start, hours, then in _BLOCK(account.pk, level, first - LATEST_CLOSE, first - _HOUR):
        if start + hours * _HOUR > first:
            return start, then
    return first, since


def _interval(first: datetime, last: datetime, since: datetime, until: datetime, before: Totals) -> Interval:
    return Interval(first, windows.hours_between(first, last) + 1, since, until, before)


def keep_hours(account: AdAccount, level: str, day: date, totals: Totals, read_at: datetime) -> int:
    """Writes the block of the hour that this reading completes; answers how many entities it lists.

    A read that listed nobody leaves an empty block: an hour that was seen, and in which nobody delivered.
    """
    span = interval(account, level, day, read_at)
    if span is None:
        return 0
    block = {
        "account_id": account.pk,
        "level": level,
        "hour": span.first,
        "hours": span.hours,
        "since": span.since,
        "read_at": span.until,
        "local_date": day,
        "local_hour": span.first.astimezone(account.zone).hour,
        "rows": len(totals),
        "packed": pack(block_columns(account, level, _difference(account, totals, span.before))),
    }
    upsert(HourBlock, ["account_id", "level", "hour"], block)
    return len(totals)


def _difference(account: AdAccount, totals: Totals, before: Totals) -> Difference:
    types = conversion_types(account)
    ids = totals.ids.astype(np.str_)
    born = np.full(len(ids), np.nan)
    later = Days(ids, {0: totals}, 1, born, types)
    return Difference(now=later, before=later.of(before), totals=totals)
