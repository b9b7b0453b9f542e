"""Bids as one value: the strategy and what it needs, read, compared and written together (reference 3.4, 6.2).

An ad set's bid is {"bid_strategy", "bid_amount", "bid_constraints"}; that of a campaign with a budget of its own has
the strategy, and under a capped strategy {"adset_bid_amounts": {ad set id: amount}} beside it, for the amounts live on
the ad sets. Amounts are integers in Meta's minor unit; `roas_average_floor` is ROAS x 10,000 (reference 2.1).
"""

from collections.abc import Mapping
from typing import Any

AUTOMATIC = "LOWEST_COST_WITHOUT_CAP"
BID_CAP = "LOWEST_COST_WITH_BID_CAP"
COST_CAP = "COST_CAP"
MIN_ROAS = "LOWEST_COST_WITH_MIN_ROAS"
STRATEGIES = (AUTOMATIC, BID_CAP, COST_CAP, MIN_ROAS)
CAPPED = frozenset({BID_CAP, COST_CAP})
FLOOR = "roas_average_floor"
FLOOR_SCALE = 10_000
FLOOR_RANGE = (100, 10_000_000)
FIELDS = ("bid_strategy", "bid_amount", "bid_constraints")
Bid = dict[str, Any]


def ad_set_bid(strategy: str | None, amount: int | None, constraints: Mapping[str, Any] | None) -> Bid | None:
    """The value of an ad set's `bid`; None = Meta told no strategy.

    What the strategy does not use is left out, so that a leftover amount of automatic bidding is no difference.
    """
    if not strategy:
        return None
    return {
        "bid_strategy": strategy,
        "bid_amount": amount if strategy in CAPPED else None,
        "bid_constraints": dict(constraints) if constraints and strategy == MIN_ROAS else None,
    }


def campaign_bid(strategy: str | None, amounts: Mapping[str, int | None]) -> Bid | None:
    """The value of a campaign's `bid`. `amounts`: the bid of each of its ad sets that is not deleted, by Meta's id."""
    made = ad_set_bid(strategy, None, None)
    if made is not None and strategy in CAPPED:
        made["adset_bid_amounts"] = {key: amounts[key] for key in sorted(amounts)}
    return made


def bid_params(bid: Mapping[str, Any]) -> dict[str, Any]:
    """What is posted for it. The strategy always goes along: an amount alone would turn the ad set into a bid cap."""
    return {name: bid[name] for name in (*FIELDS, "adset_bid_amounts") if bid.get(name) not in (None, {})}
