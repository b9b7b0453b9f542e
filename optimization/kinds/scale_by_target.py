"""Set a budget in proportion to how far the matured CPA or ROAS is from its target."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from optimization.entities import Entity
from optimization.kinds.base import FieldChange, KindParameters, Refusal
from optimization.kinds.budget import BudgetKind, Money, bounded, bounds_text
from optimization.world import World

Share = Annotated[Decimal, Field(gt=0, le=100, allow_inf_nan=False, json_schema_extra={"unit": "percent"})]
DOWN, UP = Decimal(50), Decimal(30)


class Scaling(KindParameters):
    """By which target, over which window, and how far the budget may move in one step (percent)."""

    by: Literal["cpa", "roas"] = Field("cpa", title="By target")
    window: Literal["3d", "7d", "14d", "30d"] = Field("7d", title="Matured figures of")
    most_up: Share = Field(UP, title="At most up by")
    most_down: Share = Field(DOWN, title="At most down by")
    lower: Money | None = Field(None, title="Never below")
    upper: Money | None = Field(None, title="Never above")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is above upper {self.upper}.")
        if self.most_down >= 100:
            raise ValueError("most_down: below 100, for a budget of nothing is a pause.")
        return self


class ScaleByTarget(BudgetKind):
    """Budget x target CPA / matured CPA, or x matured ROAS / target ROAS, inside its bounds.

    "Matured" counts the results that are expected to be reported late, so that a young window does not look worse
    than it is. What is unknown is a reason to leave the budget alone, and so are no conversions at all.
    """

    key = "scale_by_target"
    label = "Scale budget by target"
    grows = True
    tone = "watch"
    Parameters = Scaling

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        by, window = str(parameters.get("by", "cpa")).upper(), str(parameters.get("window", "7d")).removesuffix("d")
        up, down = (Decimal(str(parameters.get(name, usual))) for name, usual in STEPS)
        size = f"by at most +{up:f} % or −{down:f} %{bounds_text(parameters, money)}"
        return f"scale the budget to the target {by} by the matured {by} of the last {window} days, {size},"

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        return Refusal("Its matured figures are not known here.")

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Refusal:
        home = self.home_of(entity)
        if isinstance(home, Refusal):
            return home
        factor = _factor(home, parameters, world)
        if isinstance(factor, Refusal):
            return factor
        scaled = {**parameters, "factor": factor}
        return super().change(entity, scaled, world.currency)

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        """The step's own bounds first, then those of the budget."""
        most_up, most_down = (Decimal(str(parameters.get(name, usual))) for name, usual in STEPS)
        factor = max(1 - most_down / 100, min(1 + most_up / 100, parameters["factor"]))
        value = int((before * factor).quantize(Decimal(1), ROUND_HALF_UP))
        return bounded(value, parameters, currency)


STEPS = (("most_up", UP), ("most_down", DOWN))


def _factor(home: Entity, parameters: Mapping[str, Any], world: World) -> Decimal | Refusal:
    """By how much the budget is to be multiplied, without bounds."""
    by, window = parameters.get("by", "cpa"), parameters.get("window", "7d")
    conversions = world.figure(home, f"conversions_mature_{window}")
    if conversions is None:
        return Refusal("How many conversions it matures to is unknown.")
    if conversions <= 0:
        return Refusal(f"No conversions in {window}: there is nothing to scale by. Pause it or wait.")
    target, found = world.figure(home, f"target_{by}"), world.figure(home, f"{by}_mature_{window}")
    if not target:
        return Refusal(f"No target {by.upper()} is set for its campaign or account.")
    if not found:
        return Refusal(f"Its matured {by.upper()} of {window} is unknown.")
    top, bottom = (target, found) if by == "cpa" else (found, target)
    return Decimal(str(top)) / Decimal(str(bottom))


SCALE_BY_TARGET = ScaleByTarget()
