"""Raise or lower a bid amount, or a ROAS floor, by a percentage or an amount."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from metaads.bids import CAPPED, FLOOR, FLOOR_RANGE, MIN_ROAS
from optimization.amounts import each_amount
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, KindParameters, Refusal
from optimization.kinds.bid import BidKind, amounts_of, by_percent, stepped
from optimization.kinds.budget import MOST_MONEY, Money, Percent, bounds_text

MOST_PERCENT = 300
NO_AMOUNT = "Automatic bidding has no bid amount: set a bid strategy with an amount first."


def _signed(value: Decimal) -> Decimal:
    if value == 0 or abs(value) > MOST_MONEY:
        raise ValueError(f"{value:.6g} is no change; write 0.50 to raise a bid by 0.50, -0.50 to lower it.")
    return value


SignedMoney = Annotated[
    Decimal, Field(allow_inf_nan=False, json_schema_extra={"unit": "money"}), AfterValidator(_signed)
]


class BidStep(KindParameters):
    """Exactly one of `percent` (-15 = 15 % less) and `amount` (major unit, signed); bounds of the new bid in it."""

    percent: Percent | None = Field(None, title="By percent", description="-15 lowers it by 15 %.")
    amount: SignedMoney | None = Field(None, title="or by amount", description="-0.50 lowers it by 0.50.")
    lower: Money | None = Field(None, title="Never below")
    upper: Money | None = Field(None, title="Never above")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("Give either percent or amount, not both and not neither.")
        if self.percent is not None and (self.percent == 0 or not -99 <= self.percent <= MOST_PERCENT):
            raise ValueError(f"percent: {self.percent} is not between -99 and {MOST_PERCENT}, or is 0. Write -15.")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is above upper {self.upper}.")
        return self


class AdjustBid(BidKind):
    key = "adjust_bid"
    label = "Adjust bid"
    Parameters = BidStep

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        percent, amount = parameters.get("percent"), parameters.get("amount")
        up = Decimal(str(percent or amount)) > 0
        size = f"{abs(Decimal(str(percent))):f} %" if percent is not None else money(str(abs(Decimal(str(amount)))))
        return f"{'raise' if up else 'lower'} the bid by {size}{bounds_text(parameters, money)}"

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        before = self.present(entity)
        if isinstance(before, Refusal):
            return before
        strategy = before["bid_strategy"]
        if strategy == MIN_ROAS:
            return self._floor(entity, before, parameters)
        if strategy not in CAPPED:
            return Refusal(NO_AMOUNT)
        below = before.get("adset_bid_amounts")
        if (before.get("bid_amount") is None and not below) or None in (below or {}).values():
            return Refusal("A bid amount is unknown, so no other one can be reckoned from it.")
        wanted = each_amount(before, lambda amount: stepped(amount, parameters, currency))
        return self._one_way(entity, before, wanted, parameters)

    def _floor(self, entity: Entity, before: dict[str, Any], parameters: Mapping[str, Any]) -> FieldChange | Refusal:
        """A ROAS floor is no amount of money, so it moves by percent alone."""
        if (before.get("bid_constraints") or {}).get(FLOOR) is None:
            return Refusal("Its ROAS floor is unknown, or lives on its ad sets.")
        if parameters.get("percent") is None or parameters.get("lower") or parameters.get("upper"):
            return Refusal("It bids for a ROAS floor, which is no amount of money: give a percentage without bounds.")
        least, most = FLOOR_RANGE
        wanted = each_amount(before, lambda floor: max(least, min(most, by_percent(floor, parameters["percent"]))))
        return self.settled(entity, before, wanted)

    def _one_way(
        self, entity: Entity, before: dict[str, Any], wanted: dict[str, Any], parameters: Mapping[str, Any]
    ) -> FieldChange | Refusal:
        """A bound must not turn a raise into a cut."""
        up = Decimal(str(parameters.get("percent") or parameters.get("amount"))) > 0
        pairs = zip(amounts_of(before), amounts_of(wanted), strict=True)
        if any(new != old and (new > old) != up for old, new in pairs):
            return Refusal(f"Its {'upper' if up else 'lower'} bound leaves no room for this step.")
        return self.settled(entity, before, wanted)


ADJUST_BID = AdjustBid()
