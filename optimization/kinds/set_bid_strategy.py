"""Set a bid strategy, with the amount or the ROAS floor that it needs."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from metaads.bids import AUTOMATIC, BID_CAP, CAPPED, COST_CAP, FLOOR, FLOOR_RANGE, FLOOR_SCALE, MIN_ROAS
from metaads.bids import ad_set_bid as bid_of
from metaads.graph.money import to_minor
from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, KindParameters, Refusal
from optimization.kinds.bid import MOST_AD_SETS, BidKind
from optimization.kinds.budget import Money
from optimization.value_words import STRATEGIES

Word = Literal["automatic", "cost_cap", "bid_cap", "roas_floor"]
META: dict[str, str] = {"automatic": AUTOMATIC, "cost_cap": COST_CAP, "bid_cap": BID_CAP, "roas_floor": MIN_ROAS}
ON_AD_SETS = "The ROAS floors of a campaign stand on its ad sets, and Meta changes both only one by one: do it by hand."


class Strategy(KindParameters):
    """`strategy` and what it needs: an `amount` (major unit) for a cap, a `roas` (1.5 = 1.50 back for 1.00)."""

    strategy: Word = Field(title="Strategy")
    amount: Money | None = Field(None, title="Cap", description="For a cost cap or bid cap.")
    roas: Decimal | None = Field(None, title="ROAS floor", description="1.5 = at least 1.50 back for each 1.00.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        capped, said = META[self.strategy] in CAPPED, STRATEGIES[META[self.strategy]]
        if capped != (self.amount is not None):
            raise ValueError(f"amount: {'Needed for' if capped else 'Leave it empty for'} {said}.")
        if (self.strategy == "roas_floor") != (self.roas is not None):
            need = "Needed for" if self.roas is None else "Leave it empty for"
            raise ValueError(f"roas: {need} {said}.")
        least, most = (Decimal(bound) / FLOOR_SCALE for bound in FLOOR_RANGE)
        if self.roas is not None and not least <= self.roas <= most:
            raise ValueError(f"roas: {self.roas} is outside {least} to {most}. Write 1.5 for 1.50 back for each 1.00.")
        return self


class SetBidStrategy(BidKind):
    key = "set_bid_strategy"
    label = "Set bid strategy"
    Parameters = Strategy

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        amount, roas = parameters.get("amount"), parameters.get("roas")
        what = money(str(amount)) if amount is not None else str(roas) if roas is not None else ""
        return f"set the bid strategy to {STRATEGIES[META[parameters['strategy']]]} {what}".strip()

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        before = self.present(entity)
        if isinstance(before, Refusal):
            return before
        strategy = META[parameters["strategy"]]
        if entity.level == Level.CAMPAIGN:
            return self._of_campaign(entity, before, strategy, parameters, currency)
        if entity.budget_field is None and entity.home is not None and before["bid_strategy"] != strategy:
            return Refusal("Its bid strategy is the campaign's, which has the budget: change it there.")
        floor = None
        if parameters.get("roas") is not None:
            floor = {FLOOR: int(Decimal(str(parameters["roas"])) * FLOOR_SCALE)}
        wanted = bid_of(strategy, _minor(parameters, currency), floor) or {}
        return self.settled(entity, before, wanted)

    def _of_campaign(
        self, entity: Entity, before: dict[str, Any], strategy: str, parameters: Mapping[str, Any], currency: str
    ) -> FieldChange | Refusal:
        """Meta takes the amounts of all ad sets in the same request (reference 6.2: automatic to manual bidding)."""
        if MIN_ROAS in (strategy, before["bid_strategy"]):
            return Refusal(ON_AD_SETS)
        wanted = bid_of(strategy, None, None) or {}
        if strategy in CAPPED:
            amount = _minor(parameters, currency)
            wanted["adset_bid_amounts"] = dict.fromkeys(entity.ad_set_ids, amount)
        if len(entity.ad_set_ids) > MOST_AD_SETS and strategy != before["bid_strategy"]:
            return Refusal(f"Meta keeps the bid strategy of a campaign with more than {MOST_AD_SETS} ad sets.")
        return self.settled(entity, before, wanted)


def _minor(parameters: Mapping[str, Any], currency: str) -> int | None:
    amount = parameters.get("amount")
    return None if amount is None else to_minor(Decimal(str(amount)), currency)


SET_BID_STRATEGY = SetBidStrategy()
