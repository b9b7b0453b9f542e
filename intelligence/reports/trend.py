"""Trend of an entity: its metrics day by day, over 7, 14, 30 days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intelligence.metrics import windows
from intelligence.reports.span import METRICS, Span, named
from metaads.models import AdAccount


@dataclass(frozen=True)
class Point:
    """One account day. `complete` is False for today."""

    day: date
    complete: bool
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Trend:
    """`points` oldest first, today last. `totals`: the complete days alone, ratios from sums."""

    metrics: tuple[str, ...]
    points: tuple[Point, ...]
    totals: Mapping[str, float | None]

    def values(self, metric: str) -> list[float | None]:
        return [point.values[metric] for point in self.points]


def trend(
    account: AdAccount,
    level: str,
    entity_id: str,
    now: datetime,
    days: int = 7,
    attribution: str | None = None,
    include_offline: bool = False,
    metrics: Sequence[str] = METRICS,
) -> Trend:
    """The last `days` complete account days and today so far. Raises BadPeriod, BadAttribution, UnknownField."""
    today = windows.local_day(now, account.zone)
    asked = named(metrics, attribution, include_offline)
    span = Span(account, level, entity_id, today - timedelta(days=days), today, now)
    found = span.series(list(asked.values()))
    points = tuple(
        Point(day, day < today, {name: found[actual][i] for name, actual in asked.items()})
        for i, day in enumerate(span.days)
    )
    complete = Span(account, level, entity_id, today - timedelta(days=days), today - timedelta(days=1), now)
    totals = complete.totals(list(asked.values()))
    return Trend(tuple(asked), points, {name: totals[actual] for name, actual in asked.items()})
