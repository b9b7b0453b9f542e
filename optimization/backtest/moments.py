"""The moments of the past that a rule can be replayed at, each with the tables as they were known then.

Hourly: the stored frames (30 days), one whole table an hour. Days without any are rebuilt once, at their end, from the
readings that had been read by then. Days of which nothing had been read at the time (before the account was
connected) are rebuilt from what was fetched later: their late conversions are visible, and they are labelled so.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from intelligence.metrics import windows
from intelligence.metrics.frame import Frame
from intelligence.metrics.known import read_until
from intelligence.metrics.table import build_frame, load_frame
from intelligence.models import Reading, StoredFrame
from metaads.models import AdAccount, Level

HOURLY, DAILY, RESTATED = "hourly", "daily", "restated"
BEFORE_MIDNIGHT = timedelta(minutes=1)
KNOWN_WITHIN = timedelta(hours=24)
"""A day whose newest reading was older than this by its end was not being watched."""


class Tables:
    """The frames of one moment by level, each loaded when it is asked for."""

    def __init__(self, account: AdAccount, at: datetime, stored: dict[str, int], known_at: datetime | None) -> None:
        self.account, self.at = account, at
        self._stored, self._known_at = stored, known_at
        self._held: dict[str, Frame | None] = {}

    def frame(self, level: str) -> Frame | None:
        """None: there was no table of the level then."""
        if level not in self._held:
            self._held[level] = self._rebuilt(level) if not self._stored else self._loaded(level)
        return self._held[level]

    def _loaded(self, level: str) -> Frame | None:
        pk = self._stored.get(level)
        if pk is None:
            return None
        stored = StoredFrame.objects.get(pk=pk)
        stored.account = self.account
        return load_frame(stored)

    def _rebuilt(self, level: str) -> Frame | None:
        known_at = self._known_at or self.at
        frame = build_frame(self.account, level, self.at, known_at)
        if frame.read_at is None:
            return None
        return replace(frame, read_at=min(frame.read_at, self.at))


@dataclass(frozen=True)
class Moment:
    """`resolution`: hourly, daily (rebuilt as known then) or restated (rebuilt from what was fetched later)."""

    at: datetime
    resolution: str
    tables: Tables


def hourly(account: AdAccount, levels: Collection[str], since: datetime, until: datetime) -> list[Moment]:
    """One for each time at which a table of one of `levels` was stored whole; other levels hold their newest."""
    rows = StoredFrame.objects.filter(account=account, whole=True, read_at__isnull=False)
    newest = _before(account, since)
    found: dict[datetime, dict[str, int]] = {}
    asked: set[datetime] = set()
    for at, level, pk in rows.filter(at__range=(since, until)).order_by("at").values_list("at", "level", "pk"):
        newest[level] = pk
        found[at] = dict(newest)
        if level in levels:
            asked.add(at)
    return [Moment(at, HOURLY, Tables(account, at, held, None)) for at, held in found.items() if at in asked]


def _before(account: AdAccount, since: datetime) -> dict[str, int]:
    """The newest whole frame of each level before the range."""
    newest: dict[str, int] = {}
    for level in Level.values:
        rows = StoredFrame.objects.filter(account=account, level=level, whole=True, read_at__isnull=False, at__lt=since)
        pk = rows.order_by("-at").values_list("pk", flat=True).first()
        if pk is not None:
            newest[level] = pk
    return newest


def daily(
    account: AdAccount, levels: Sequence[str], since: datetime, until: datetime, now: datetime, known: Collection[date]
) -> Iterator[Moment]:
    """One at the end of each account day of the range, but for the days in `known` (which have hourly moments)."""
    day, last = windows.local_day(since, account.zone), windows.local_day(until, account.zone)
    while day <= last:
        last_minute = windows.day_end(day, account.zone) - BEFORE_MIDNIGHT
        if day not in known and since <= last_minute <= min(until, now):
            # A file says how each day ended: the day is known from its end on, and not a minute before.
            at = windows.day_end(day, account.zone) if account.read_only else last_minute
            read = [read_until(account, level, at) for level in levels]
            watched = any(moment is not None and at - moment <= KNOWN_WITHIN for moment in read)
            resolution, known_at = (DAILY, at) if watched else (RESTATED, now)
            yield Moment(at, resolution, Tables(account, at, {}, known_at))
        day += timedelta(days=1)


def moments(account: AdAccount, levels: Sequence[str], since: datetime, until: datetime, now: datetime) -> list[Moment]:
    """All moments from `since` to `until` (both included), oldest first."""
    fine = hourly(account, levels, since, until)
    days = {windows.local_day(moment.at, account.zone) for moment in fine}
    return sorted([*fine, *daily(account, levels, since, until, now, days)], key=lambda moment: moment.at)


def first_day(account: AdAccount, levels: Collection[str]) -> date | None:
    """The first account day whose readings are stored at one of `levels`; None without any."""
    rows = Reading.objects.filter(account=account, level__in=levels, window=Reading.DAY)
    day: date | None = rows.order_by("day").values_list("day", flat=True).first()
    return day
