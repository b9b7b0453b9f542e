"""Daily series for charts: the same fields as the metrics table, one value an account day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.entities import locate, mirrored
from intelligence.metrics.families.base import numbers
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.source import Source
from intelligence.metrics.spans import COUNT
from metaads.models import AdAccount, Level

MAX_DAYS = COUNT


@dataclass(frozen=True)
class Series:
    """`days` ascending, the last one today so far. `values` by the asked name: one number a day, None = unknown."""

    days: list[date]
    values: dict[str, list[float | None]]


@dataclass(frozen=True)
class _DailySums:
    """Makes each day a row of a frame: `spend_today` of row i is the spend of day i."""

    of_day: Callable[[str], Numbers]

    def column(self, name: str) -> Numbers | None:
        base, window = windows.split(name)
        return self.of_day(base) if window == windows.TODAY and unit_of(base) else None


def daily(account: AdAccount, level: str, entity_id: str, fields: Sequence[str], days: int, now: datetime) -> Series:
    """The last `days` (at most 31) account days of one entity, today included.

    `fields`: names without window ("cpa", "actions.lead"); a window is ignored. Raises UnknownField.
    """
    source = Source(account, level, mirrored(account, level, now), now, now)
    row = int(locate(source.entities.ids, np.array([entity_id]))[0])

    def of_day(base: str) -> Numbers:
        return np.full(COUNT, np.nan) if row < 0 else source.matrix(base)[:, row].copy()

    return _series(source, of_day, fields, days)


def account_daily(account: AdAccount, fields: Sequence[str], days: int, now: datetime) -> Series:
    """The same for the whole account, summed over its campaigns. Reach and frequency are unknown: reach doesn't add up.

    A day on which some campaign's figure is unknown is unknown; so is an account whose campaigns were never read.
    """
    source = Source(account, Level.CAMPAIGN, mirrored(account, Level.CAMPAIGN, now), now, now)
    nothing = source.read_at is None and not len(source.entities)

    def of_day(base: str) -> Numbers:
        total: Numbers = source.matrix(base).sum(axis=1)
        return np.full(COUNT, np.nan) if base == "reach" or nothing else total

    return _series(source, of_day, fields, days)


def _series(source: Source, of_day: Callable[[str], Numbers], fields: Sequence[str], days: int) -> Series:
    count = max(1, min(days, MAX_DAYS))
    dates = [source.today - timedelta(days=ago) for ago in range(count - 1, -1, -1)]
    sums = _DailySums(lambda base: np.round(of_day(base)[:count][::-1], 6))
    ids = np.array([day.isoformat() for day in dates])
    frame = Frame(source.account.pk, source.level, source.now, source.read_at, ids, LazyColumns({}, lambda: sums))
    return Series(dates, {name: _values(frame, name) for name in fields})


def _values(frame: Frame, name: str) -> list[float | None]:
    base = windows.split(resolve(name, windows.TODAY).name)[0]
    found = numbers(column(frame, resolve(base, windows.TODAY)))
    return [None if value != value else value for value in found.tolist()]
