"""What a change moves: percent of a budget, money at stake a day."""

from decimal import Decimal
from typing import Any

from optimization.amounts import sizes

MOST_PERCENT = 9_999_999  # Action.amount_pct has nine digits, two of them behind the point


def percent_change(before: Any, after: Any) -> Decimal | None:
    """Change of a budget or bid in percent; None where no number changes, from nothing, or beyond the column."""
    pair = sizes(before, after)
    if pair is None or pair[0] == 0:
        return None
    percent = Decimal(pair[1] - pair[0]) / pair[0] * 100
    return percent.quantize(Decimal("0.01")) if abs(percent) < MOST_PERCENT else None


def stake_of(field: str, before: Any, after: Any, spend_a_day: int | None) -> int | None:
    """Money that the change moves per day, minor unit; None = unknown.

    A daily budget by its own change, a lifetime budget or bid by the same share of what is spent a day; a status, an
    audience or another bid strategy by all of it. A plan of several steps has its own stake already (`wants`).
    """
    pair = sizes(before, after)
    if pair is None:
        return spend_a_day
    old, new = pair
    if field == "daily_budget":
        return abs(new - old)
    return None if spend_a_day is None or old == 0 else spend_a_day * abs(new - old) // old
