"""Shared by the kinds that change a bid: the whole bid is one value, strategy and amount together."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from metaads.bids import BID_CAP, CAPPED
from metaads.graph.money import to_minor
from metaads.models import Level
from optimization.amounts import sizes
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, Refusal
from optimization.kinds.budget import bounded
from optimization.models import Action
from optimization.value_words import bid_change

FIELD = "bid"
ON_ITS_AD_SETS = "Each of its ad sets bids by itself: change the bid there."
MOST_AD_SETS = 70
"""Meta keeps the bid strategy of a campaign with more (reference 6.2)."""


class BidKind(Kind):
    """A bid lives on the ad set; under a campaign budget the strategy is the campaign's, the amounts its ad sets'.

    The strategy is always sent with the amount: alone, an amount turns an ad set into a bid cap (reference 6.2).
    Meta counts it as a significant edit, so learning begins anew (reference 6.5).
    """

    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value})
    grows = True
    resets_learning = True
    looks_deep = True

    def never_on(self, entity: Entity) -> str:
        return ON_ITS_AD_SETS if entity.level == Level.CAMPAIGN and entity.budget_field is None else ""

    def present(self, entity: Entity) -> dict[str, Any] | Refusal:
        """The bid as it is, or why there is none to change."""
        never = self.never_on(entity)
        if never:
            return Refusal(never)
        if entity.bid is None:
            return Refusal("Its bid strategy is unknown: the next read of the account brings it.")
        return dict(entity.bid)

    def settled(self, entity: Entity, before: dict[str, Any], wanted: dict[str, Any]) -> FieldChange | Refusal:
        """The change, unless it is none or Meta is sure to refuse it."""
        if wanted == before:
            return Refusal("The bid would stay as it is.")
        below = wanted.get("adset_bid_amounts")
        if wanted["bid_strategy"] in CAPPED and entity.level == Level.CAMPAIGN and not below:
            return Refusal("It has no ad sets whose bids could be set.")
        amount = wanted.get("bid_amount")
        too_small = entity.daily_budget and amount and entity.daily_budget < amount
        if wanted["bid_strategy"] == BID_CAP and too_small:
            # Meta's own rule, so that it is said before a person approves in vain.
            return Refusal("A bid cap above the daily budget is refused by Meta: raise the budget first.")
        return FieldChange(entity, FIELD, before, wanted)

    def inverse_key(self) -> str | None:
        return "set_bid_strategy"

    def headline(self, action: Action) -> Headline:
        before, after = action.value_before, action.value_final
        pair = sizes(before, after)
        change = bid_change(before, after, action.currency)
        if pair is None:
            return Headline("Set bid strategy", action.entity_name, change, "watch")
        percent = (pair[1] - pair[0]) / pair[0] * 100 if pair[0] else 0.0
        what = "bid" if after["bid_strategy"] in CAPPED else "ROAS floor"
        verb = f"{'Raise' if percent >= 0 else 'Lower'} {what}"
        sign = "+" if percent >= 0 else "−"
        return Headline(verb, action.entity_name, f"{change}, {sign}{abs(percent):.0f} %", "watch")


def amounts_of(bid: Mapping[str, Any]) -> list[int]:
    """Its own amount, or those of the ad sets of a campaign."""
    below = bid.get("adset_bid_amounts")
    return list(below.values()) if below else [bid["bid_amount"]]


def by_percent(before: int, percent: object) -> int:
    """Rounded half up; percent may be negative."""
    return int((before * (1 + Decimal(str(percent)) / 100)).quantize(Decimal(1), ROUND_HALF_UP))


def stepped(before: int, parameters: Mapping[str, Any], currency: str) -> int:
    """In whole minor units, inside the parameters' bounds, and at least one."""
    if parameters.get("percent") is not None:
        return bounded(by_percent(before, parameters["percent"]), parameters, currency)
    return bounded(before + to_minor(Decimal(str(parameters["amount"])), currency), parameters, currency)
