"""What can be set, and how: one entry a field. A new one is a line in `FIELDS`.

`reads`: the fields asked of Meta. `value`: what they say, None = not told. `request`: what is posted. `same`: whether
the first of two values is the second (the third is what else was known, before or after). `columns`: the mirror's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from metaads.bids import ad_set_bid, bid_params, campaign_bid
from metaads.models import Level
from metaads.sameness import LIMITS, same_bid, same_limit, same_targeting

Raw = Mapping[str, Any]
Same = Callable[[Any, Any, Any], bool]
BUDGETS = ("daily_budget", "lifetime_budget")
NO_LIMIT = 922_337_203_685_478
"""Meta's word for taking a spending limit away (reference 6.2)."""


@dataclass(frozen=True)
class Field:
    reads: tuple[str, ...]
    value: Callable[[Raw], Any]
    request: Callable[[Any], dict[str, Any]]
    same: Same
    columns: Callable[[Any], dict[str, Any]]


def _equal(live: Any, wanted: Any, known: Any) -> bool:
    return bool(live == wanted)


def _word(name: str) -> Field:
    return Field((name,), lambda raw: raw.get(name) or None, lambda new: {name: new}, _equal, lambda v: {name: v})


def _money(name: str) -> Field:
    """An amount in the minor unit; absent = not told, for no object of ours has a budget of nothing."""

    def value(raw: Raw) -> int | None:
        told = raw.get(name)
        return int(told) if told not in (None, "") else None

    return Field((name,), value, lambda new: {name: new}, _equal, lambda v: {name: v})


def _limit(name: str) -> Field:
    def value(raw: Raw) -> int | None:
        if not raw:
            return None
        told = int(raw.get(name) or 0)
        return 0 if told >= NO_LIMIT else told

    def request(new: Any) -> dict[str, Any]:
        return {name: new or NO_LIMIT}

    return Field((name,), value, request, same_limit, lambda v: {name: v or None})


def _bid_value(raw: Raw) -> dict[str, Any] | None:
    amount = raw.get("bid_amount")
    whole = int(amount) if amount not in (None, "") else None
    return ad_set_bid(raw.get("bid_strategy"), whole, raw.get("bid_constraints"))


def _shared_bid_value(raw: Raw) -> dict[str, Any] | None:
    """Strategy of the campaign, amounts of its ad sets; the edge leaves out those that are deleted or archived."""
    rows = (raw.get("adsets") or {}).get("data", ())
    amounts = {str(row["id"]): int(row["bid_amount"]) if row.get("bid_amount") else None for row in rows}
    return campaign_bid(raw.get("bid_strategy"), amounts)


def _bid_columns(value: Any) -> dict[str, Any]:
    constraints = value.get("bid_constraints") or {}
    return {
        "bid_strategy": value["bid_strategy"],
        "bid_amount": value.get("bid_amount"),
        "bid_constraints": constraints,
    }


FIELDS: dict[str, Field] = {
    **{name: _word(name) for name in ("status", "name", "bid_strategy")},
    **{name: _money(name) for name in BUDGETS},
    **{name: _limit(name) for name in LIMITS},
    "bid": Field(("bid_strategy", "bid_amount", "bid_constraints"), _bid_value, bid_params, same_bid, _bid_columns),
    "targeting": Field(
        ("targeting",),
        lambda raw: dict(raw["targeting"]) if raw.get("targeting") else None,
        lambda new: {"targeting": new},
        same_targeting,
        lambda value: {"targeting": value},
    ),
}
OF_CAMPAIGNS: dict[str, Field] = {
    # As many ad sets as a campaign can have; a campaign itself has no bid amount to be asked for.
    "bid": Field(
        ("bid_strategy", "adsets.limit(200){id,bid_amount}"),
        _shared_bid_value,
        bid_params,
        same_bid,
        lambda value: {"bid_strategy": value["bid_strategy"]},
    ),
}
"""What reads otherwise at campaigns."""


def field_of(level: str, name: str) -> Field:
    """How a field of an object of this level is read and set."""
    found = OF_CAMPAIGNS.get(name) if level == Level.CAMPAIGN else None
    return found or FIELDS[name]
