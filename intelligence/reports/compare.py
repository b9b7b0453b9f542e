"""Two periods of an entity side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from intelligence.reports.span import METRICS
from intelligence.reports.sums import totals_between
from metaads.models import AdAccount


@dataclass(frozen=True)
class Change:
    """`difference` = after - before. `percent` of before; None where that is zero or something is unknown."""

    metric: str
    before: float | None
    after: float | None
    difference: float | None
    percent: float | None


def compare(
    account: AdAccount,
    level: str,
    entity_id: str,
    first: tuple[date, date],
    second: tuple[date, date],
    now: datetime,
    attribution: str | None = None,
    include_offline: bool = False,
    metrics: Sequence[str] = METRICS,
) -> tuple[Change, ...]:
    """From period `first` to `second` (first and last account day, both included), one change a metric."""
    before, after = (
        totals_between(account, level, entity_id, days, now, attribution, include_offline, metrics)
        for days in (first, second)
    )
    return tuple(change(name, before[name], after[name]) for name in metrics)


def change(metric: str, before: float | None, after: float | None) -> Change:
    if before is None or after is None:
        return Change(metric, before, after, None, None)
    difference = round(after - before, 6)
    return Change(metric, before, after, difference, difference / abs(before) * 100 if before else None)
