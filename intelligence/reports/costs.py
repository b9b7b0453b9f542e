"""Cost per any result type: what each kind of action of an entity cost."""

from dataclasses import dataclass
from datetime import date, datetime

from intelligence.reports.span import Span
from metaads.models import AdAccount


@dataclass(frozen=True)
class ResultCost:
    """One of Meta's action types. They overlap (three names for one purchase): never add them up.

    `cost` is spend per action, `value` what Meta says they were worth; None = unknown, or none happened.
    """

    action_type: str
    count: float | None
    cost: float | None
    value: float | None


def result_costs(
    account: AdAccount, level: str, entity_id: str, days: tuple[date, date], now: datetime
) -> tuple[ResultCost, ...]:
    """Every action type that the entity had between two account days (both included), the most frequent first."""
    span = Span(account, level, entity_id, *days, now)
    types = sorted(span.types())
    names = [f"{prefix}.{kind}" for kind in types for prefix in ("actions", "cost_per", "action_values")]
    found = span.totals(names)
    rows = [
        ResultCost(kind, found[f"actions.{kind}"], found[f"cost_per.{kind}"], found[f"action_values.{kind}"] or None)
        for kind in types
        if found[f"actions.{kind}"] != 0
    ]
    return tuple(sorted(rows, key=lambda row: (row.count is None, -(row.count or 0), row.action_type)))
