"""One entity over a span of account days: each day's sums, and any metric of the catalogue made from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from intelligence.metrics import variants, windows
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.derived import OFFLINE_OF
from intelligence.metrics.entities import locate, mirrored
from intelligence.metrics.families.base import numbers
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.reach import given_reach
from intelligence.metrics.source import Source
from intelligence.metrics.spans import COUNT
from intelligence.reports.old_weeks import OldWeeks, filled, old_weeks
from metaads.models import AdAccount, Level

ACCOUNT = "account"
METRICS: tuple[str, ...] = (
    "spend",
    "impressions",
    "reach",
    "clicks",
    "conversions",
    "conversion_value",
    "ctr",
    "cpc",
    "cpm",
    "conversion_rate",
    "cpa",
    "roas",
    "frequency",
)
LONGEST = 366
MISSING = -1
"""Row of an entity that the mirror does not have."""


class BadPeriod(ValueError):
    """The text is for the person who asked for it."""


def days_of(window: str, today: date) -> tuple[date, date]:
    """First and last account day of a window of whole days. Raises BadPeriod for 15min, 1h, 24h and lifetime."""
    offsets = windows.day_offsets(window)
    if offsets is None:
        raise BadPeriod(f"{window} is no window of whole days.")
    return today - timedelta(days=offsets[0]), today - timedelta(days=offsets[1])


@dataclass(frozen=True)
class Span:
    """`first` to `last`, both included, of one entity (or of the whole account), as known at `now`."""

    account: AdAccount
    level: str
    entity_id: str
    first: date
    last: date
    now: datetime

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadPeriod("The first day is after the last one.")
        if (self.last - self.first).days >= LONGEST:
            raise BadPeriod(f"At most {LONGEST} days.")

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @cached_property
    def _parts(self) -> list["_Part"]:
        """Stretches of at most 31 days, newest first: what one source holds."""
        parts, last = [], self.last
        while last >= self.first:
            first = max(self.first, last - timedelta(days=COUNT - 1))
            parts.append(_part(self.account, self.level, self.entity_id, (first, last), self.now))
            last = first - timedelta(days=1)
        return parts

    def types(self) -> set[str]:
        """Action types that the level's rows of these days name."""
        by_day = {kind for part in self._parts for kind in part.types()}
        return by_day | {kind for week in self._weeks.values() for kind in week.types()}

    @cached_property
    def _weeks(self) -> OldWeeks:
        return old_weeks(self._parts[0].source, self.first, self.last, self.now)

    def daily(self, base: str) -> Numbers:
        """A sum of each day, oldest first; NaN = unknown."""
        days: Numbers = np.concatenate([part.daily(base) for part in reversed(self._parts)])
        return np.round(days, 6)

    def total(self, base: str) -> float:
        """The sum over the span. Reach is Meta's own, for one day or a window that Meta was asked about.

        Where days are gone and their whole weeks are kept, those count; what is left unknown makes the sum unknown.
        """
        if base == "reach" and self.first != self.last:
            return self._parts[0].reach((self.last - self.first).days + 1)
        name, window = variants.split_attribution(base)
        if name in variants.TRUE:
            own = variants.TRUE[name]
            return self.total(f"{own}_{window}" if window else own) + self.total(OFFLINE_OF[name])
        days, row = self.daily(base), self._parts[0].row
        if base != "reach" and row != MISSING and np.isnan(days).any():
            days = filled(days, base, self.first, self._weeks, row)
        return float(np.round(days.sum(), 6))

    def series(self, names: Sequence[str]) -> dict[str, list[float | None]]:
        """Metrics without window, one value a day."""
        return _metrics(self, names, self.daily, [day.isoformat() for day in self.days])

    def totals(self, names: Sequence[str]) -> dict[str, float | None]:
        """Metrics without window over the whole span, ratios from sums."""
        found = _metrics(self, names, lambda base: np.array([self.total(base)]), ["span"])
        return {name: values[0] for name, values in found.items()}


@dataclass(frozen=True)
class _Part:
    source: Source
    row: int | None
    days: int

    def daily(self, base: str) -> Numbers:
        """Oldest first. `row` None = the whole account, whose reach does not add up from campaigns."""
        if self.row is None:
            whole = np.full(COUNT, np.nan) if base == "reach" else self._whole(base)
        else:
            whole = np.full(COUNT, np.nan) if self.row == MISSING else self.source.matrix(base)[:, self.row]
        return np.asarray(whole[: self.days][::-1], dtype=np.float64)

    def _whole(self, base: str) -> Numbers:
        """The account's sum a day. A day of which nothing was ever read is unknown, also if we know no campaign."""
        sums: Numbers = self.source.matrix(base).sum(axis=1)
        if not len(self.source.entities.ids):
            sums[[ago for ago in range(COUNT) if ago not in self.source.known]] = np.nan
        return sums

    def types(self) -> set[str]:
        return {kind for ago, known in self.source.known.items() if ago < self.days for kind in known.totals.types}

    def reach(self, days: int) -> float:
        source = self.source
        window = next((name for name, count in windows.COMPLETE_DAYS.items() if count == days), None)
        if window is None or self.row is None or self.row == MISSING:
            return float("nan")
        return float(
            given_reach(source.account, source.level, window, source.today, source.days, source.known_at)[self.row]
        )


def _part(account: AdAccount, level: str, entity_id: str, days: tuple[date, date], now: datetime) -> _Part:
    """A source whose "today" is the last day of the stretch, with what is known at `now`."""
    of = Level.CAMPAIGN.value if level == ACCOUNT else Level(level).value
    end = windows.day_end(days[1], account.zone) - timedelta(seconds=1)
    source = Source(account, of, mirrored(account, of, min(end, now)), end, now)
    row = None if level == ACCOUNT else int(locate(source.entities.ids, np.array([entity_id]))[0])
    return _Part(source, row, (days[1] - days[0]).days + 1)


@dataclass(frozen=True)
class _Sums:
    of: Callable[[str], Numbers]

    def column(self, name: str) -> Numbers | None:
        base, window = windows.split(name)
        return self.of(base) if window == windows.TODAY and unit_of(base) else None


def _metrics(
    span: Span, names: Sequence[str], of: Callable[[str], Numbers], ids: Sequence[str]
) -> dict[str, list[float | None]]:
    """Through the catalogue, as rows of a frame in which each row's "today" is a day, or the whole span."""
    frame = Frame(span.account.pk, span.level, span.now, None, np.array(ids), LazyColumns({}, lambda: _Sums(of)))
    answer = {}
    for name in names:
        values = numbers(column(frame, resolve(name, windows.TODAY))).tolist()
        answer[name] = [None if value != value else value for value in values]
    return answer


def named(names: Sequence[str], attribution: str | None, include_offline: bool) -> dict[str, str]:
    """What to ask for each name that the asker uses. Raises BadAttribution."""
    return {name: variants.under(name, attribution, include_offline) for name in names}
