"""Shared by the kinds that change a budget."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from metaads.graph.money import money_text, to_minor
from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.models import Action

# More than anybody spends in any currency, and little enough for every column and sum that it goes through.
MOST_MONEY = Decimal(10**12)


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError(f"{value:.6g} must be more than 0.")
    if value > MOST_MONEY:
        raise ValueError(f"{value:.6g} is more than {MOST_MONEY:,}, the most an amount can be.")
    return value


Money = Annotated[Decimal, Field(allow_inf_nan=False, json_schema_extra={"unit": "money"}), AfterValidator(_positive)]
Percent = Annotated[Decimal, Field(allow_inf_nan=False, json_schema_extra={"unit": "percent"})]


BOUNDS = (("lower", "below"), ("upper", "above"))


class StepParameters(KindParameters):
    """Exactly one of `percent` (20 = 20 %) and `amount` (major unit); bounds of the new budget in the major unit."""

    percent: Percent | None = Field(None, title="By percent")
    amount: Money | None = Field(None, title="or by amount")
    lower: Money | None = Field(None, title="Never below")
    upper: Money | None = Field(None, title="Never above")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("Give either percent or amount, not both and not neither.")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is above upper {self.upper}.")
        return self


def _bounded_percent(value: Decimal | None, most: int) -> None:
    if value is not None and not 0 < value <= most:
        raise ValueError(f"percent: {value} is outside 0 to {most}. Write 20 for 20 %.")


class IncreaseParameters(StepParameters):
    @model_validator(mode="after")
    def _percent_in_range(self) -> Self:
        _bounded_percent(self.percent, 1000)
        return self


class DecreaseParameters(StepParameters):
    @model_validator(mode="after")
    def _percent_in_range(self) -> Self:
        _bounded_percent(self.percent, 99)
        return self


class AmountParameters(KindParameters):
    """`amount`: the new budget in the major unit of the account's currency."""

    amount: Money = Field(title="To, a day")


def bounds_text(parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
    """ " (not below 5.00 EUR and not above 9.00 EUR)", or nothing."""
    said = [f"not {word} {money(str(parameters[name]))}" for name, word in BOUNDS if parameters.get(name) is not None]
    return f" ({' and '.join(said)})" if said else ""


def bounded(value: int, parameters: Mapping[str, Any], currency: str) -> int:
    """Inside the parameters' own lower and upper bound, and at least one minor unit."""
    if parameters.get("lower") is not None:
        value = max(value, to_minor(Decimal(str(parameters["lower"])), currency))
    if parameters.get("upper") is not None:
        value = min(value, to_minor(Decimal(str(parameters["upper"])), currency))
    return max(value, 1)


def step(before: int, parameters: Mapping[str, Any], sign: int, currency: str) -> int:
    """Budget after one step up (sign 1) or down (sign -1), rounded to the currency's minor unit."""
    if parameters.get("percent") is not None:
        change = Decimal(before) * Decimal(str(parameters["percent"])) / 100
    else:
        change = Decimal(to_minor(Decimal(str(parameters["amount"])), currency))
    value = int((Decimal(before) + sign * change).quantize(Decimal(1), ROUND_HALF_UP))
    return bounded(value, parameters, currency)


ON_AD_SETS = "The campaign has no budget of its own: each of its ad sets has one (ABO). Change those."


class BudgetKind(Kind):
    """Sends one absolute budget, so that sending it twice is harmless. Asked of an ad it moves to the budget's home."""

    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value})
    tone: str

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        raise TypeError(f"{type(self).__name__} must say which budget it wants")

    def refuses(self, before: int, wanted: int) -> str:
        """Why this step makes no sense; empty = it does."""
        return "The budget would stay as it is." if wanted == before else ""

    def home_of(self, entity: Entity) -> Entity | Refusal:
        """Where the budget lives, or why it is not to be changed from here."""
        home = entity.budget_home
        if home is None or home.budget_field is None:
            return Refusal(ON_AD_SETS if entity.level == Level.CAMPAIGN else "No budget is known on it or above it.")
        if home is not entity and entity.level == Level.AD_SET:
            # One ad set's figures say nothing of its siblings, which share the campaign's budget.
            return Refusal("Its budget is the campaign's (CBO): change that of the campaign, or pause the ad set.")
        return home

    def never_on(self, entity: Entity) -> str:
        home = self.home_of(entity)
        return home.reason if isinstance(home, Refusal) else ""

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        home = self.home_of(entity)
        if isinstance(home, Refusal):
            return home
        field = home.budget_field or "daily_budget"
        before = home.value_of(field)
        if not isinstance(before, int):
            return Refusal("Its budget is unknown.")
        wanted = self.wanted(before, parameters, currency)
        refusal = self.refuses(before, wanted)
        if refusal:
            return Refusal(refusal)
        note = "" if home is entity else f"The budget lives on the {Level(home.level).label.lower()} {home.name}."
        return FieldChange(home, field, before, wanted, note)

    def inverse_key(self) -> str | None:
        return "set_budget"

    def headline(self, action: Action) -> Headline:
        span = "a day" if action.field == "daily_budget" else "lifetime"
        before, after = int(action.value_before), int(action.value_final)
        percent = (after - before) / before * 100 if before else 0.0
        first = money_text(before, action.currency).rsplit(" ", 1)[0]
        sign = "+" if percent >= 0 else "−"
        change = f"{first} → {money_text(after, action.currency)} {span}, {sign}{abs(percent):.0f} %"
        # By what it does, for a person may have modified it to the other side.
        verb = "Raise budget" if after > before else "Lower budget"
        return Headline(verb, action.entity_name, change, self.tone)
