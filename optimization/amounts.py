"""The number in a value: a budget, a bid's amount or ROAS floor. For percentages, stakes and bounds of a change."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from metaads.bids import FLOOR

BUDGETS = frozenset({"daily_budget", "lifetime_budget"})


def size_of(value: object) -> int | None:
    """A budget in the minor unit; of a bid its amount, its ROAS floor (x 10,000) or the sum of its ad sets' amounts.

    None = there is no number in it (a status, targeting, automatic bidding), or not all of it is known.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, Mapping) or "bid_strategy" not in value:
        return None
    below = value.get("adset_bid_amounts")
    if below:
        return None if any(amount is None for amount in below.values()) else sum(below.values())
    floor = (value.get("bid_constraints") or {}).get(FLOOR)
    amount = value.get("bid_amount")
    return floor if amount is None else amount


def sizes(before: object, after: object) -> tuple[int, int] | None:
    """Both numbers, where they measure the same: a cost cap is no larger or smaller than a bid cap."""
    first, second = size_of(before), size_of(after)
    if first is None or second is None or _strategy(before) != _strategy(after):
        return None
    return first, second


def _strategy(value: object) -> object:
    return value.get("bid_strategy") if isinstance(value, Mapping) else None


def each_amount(bid: Mapping[str, Any], change: Callable[[int], int]) -> dict[str, Any]:
    """The same bid with every number in it changed; what is unknown stays unknown."""
    made = dict(bid)
    if made.get("bid_amount") is not None:
        made["bid_amount"] = change(made["bid_amount"])
    if (made.get("bid_constraints") or {}).get(FLOOR) is not None:
        made["bid_constraints"] = {**made["bid_constraints"], FLOOR: change(made["bid_constraints"][FLOOR])}
    if made.get("adset_bid_amounts"):
        below = made["adset_bid_amounts"].items()
        made["adset_bid_amounts"] = {key: amount if amount is None else change(amount) for key, amount in below}
    return made


def within(before: Any, wanted: Any, percent: float) -> Any:
    """`wanted`, no further than `percent` from `before`. What has no number, and another strategy, stays as it is."""
    pair = sizes(before, wanted)
    if pair is None:
        return wanted
    if isinstance(before, int):
        room = int(Decimal(before) * Decimal(str(percent)) / 100)
        return max(before - room, min(before + room, pair[1]))
    up = pair[1] >= pair[0]
    share = Decimal(str(percent)) / 100
    if abs(pair[1] - pair[0]) <= pair[0] * share:
        return wanted
    # Cut towards the old amount, so that rounding never goes past the bound.
    return each_amount(before, lambda amount: amount + (1 if up else -1) * int(amount * share))
