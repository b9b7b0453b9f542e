"""Totals of one entity over a window or over any span of days."""

from collections.abc import Sequence
from datetime import date, datetime

from intelligence.metrics import windows
from intelligence.reports.span import METRICS, Span, days_of, named
from metaads.models import AdAccount


def totals_of(
    account: AdAccount,
    level: str,
    entity_id: str,
    window: str,
    now: datetime,
    attribution: str | None = None,
    include_offline: bool = False,
    metrics: Sequence[str] = METRICS,
) -> dict[str, float | None]:
    """Each metric over a window of whole days (`7d`, `today`, `14d_incl_today`). Raises BadPeriod, BadAttribution."""
    days = days_of(window, windows.local_day(now, account.zone))
    return totals_between(account, level, entity_id, days, now, attribution, include_offline, metrics)


def totals_between(
    account: AdAccount,
    level: str,
    entity_id: str,
    days: tuple[date, date],
    now: datetime,
    attribution: str | None = None,
    include_offline: bool = False,
    metrics: Sequence[str] = METRICS,
) -> dict[str, float | None]:
    """The same between two account days, both included. Under the names that were asked for."""
    asked = named(metrics, attribution, include_offline)
    found = Span(account, level, entity_id, *days, now).totals(list(asked.values()))
    return {name: found[actual] for name, actual in asked.items()}
