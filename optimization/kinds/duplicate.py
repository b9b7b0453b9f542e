"""Copy an ad, an ad set or a campaign: everything is copied paused, budgets are set, and the copy itself starts last.

Meta copies at most 3 child ads in one request (reference 6.3), and of what hangs below a copy it names no marker: so
the shell is copied alone and what belongs to it one by one. Creatives are kept. What ran in the source is activated
below the copy while the copy is still paused.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.kinds.budget import Money, Percent
from optimization.kinds.copy_home import NewHome, home_of, refusal_of, shell_of
from optimization.kinds.making import Making
from optimization.kinds.plan_words import headline_of
from optimization.models import Action
from optimization.steps import Plan, Step
from optimization.world import World


class DuplicateParameters(KindParameters):
    """`percent` of the source's budget (100 = the same) or `amount` (major unit); neither = the same budget."""

    into: Annotated[str, Field(pattern=r"^\d{1,32}$")] | None = Field(
        None, title="Into", description="Meta's id of another ad set (for an ad) or campaign (for an ad set)."
    )
    new_campaign: NewHome | None = Field(None, json_schema_extra={"by_machine": True})
    percent: Percent | None = Field(None, title="Budget", description="In percent of the original's; empty: the same.")
    amount: Money | None = Field(None, title="or as an amount")
    suffix: Annotated[str, Field(max_length=60)] = Field(" (copy)", title="Added to the name")
    leave_paused: bool = Field(False, title="Leave the copy paused")

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.percent is not None and self.amount is not None:
            raise ValueError("Give percent or amount, not both.")
        if self.new_campaign is not None and (self.into or self.percent is not None or self.amount is not None):
            raise ValueError("new_campaign: it has its own budget, so give neither into nor percent nor amount.")
        if self.percent is not None and not 1 <= self.percent <= 1000:
            raise ValueError(f"percent: {self.percent} is outside 1 to 1000. Write 50 for half of its budget.")
        return self


class Duplicate(Kind):
    key = "duplicate"
    label = "Duplicate"
    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value})
    Parameters = DuplicateParameters
    may_act_alone = False
    grows = True

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        asked = DuplicateParameters.model_validate(parameters)
        home = home_of(entity, asked.into, asked.new_campaign, world)
        refusal = refusal_of(entity, asked.into, asked.new_campaign, world, home)
        if refusal:
            return Refusal(refusal)
        making = Making(world, asked.into, asked.percent, asked.amount)
        shell = shell_of(asked.new_campaign, world) if asked.new_campaign else None
        making.steps += [shell] if shell else []
        making.copy(entity, home, f"{entity.name}{asked.suffix}", "$1" if shell else "")
        if making.problem:
            return Refusal(making.problem)
        if not asked.leave_paused:
            copied = "$2" if shell else "$1"
            making.start.append(making.activation(entity, copied, f"{entity.name}{asked.suffix}"))
            if shell:
                making.start.append(Step("set", Level.CAMPAIGN, "$1", shell.name, "status", "PAUSED", "ACTIVE"))
        where = f" into {home.name}" if home is not None and (asked.into or shell) else ""
        note = f"{making.count} object{'s' * (making.count > 1)} copied{where}, all paused until the last step."
        return Plan(entity, tuple(making.steps + making.start), note)

    def inverse_key(self) -> str | None:
        return "pause"

    def headline(self, action: Action) -> Headline:
        return headline_of(action, self.label, "watch")


DUPLICATE = Duplicate()
