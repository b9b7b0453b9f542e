"""Where a copy goes: what it is in already, another one that was named, or a campaign made for it in the same plan."""

from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from metaads.graph.money import to_minor
from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.budget import Money
from optimization.kinds.campaign_template import Category, Country, Name, Objective, Strategy
from optimization.kinds.making import HOME
from optimization.steps import Step
from optimization.world import World


class NewHome(BaseModel):
    """A campaign that is made for the copy of an ad set, with a budget of its own (CBO); the source's objective."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    objective: Objective
    daily_budget: Money
    bid_strategy: Strategy = "LOWEST_COST_WITHOUT_CAP"
    special_ad_categories: list[Category] = []
    special_ad_category_country: list[Country] = []


def home_of(entity: Entity, into: str | None, new: NewHome | None, world: World) -> Entity | None:
    """What the copy goes into: the one that was named, or where the source is. None: the account, or not found."""
    if entity.level not in HOME:
        return None
    if new is not None:
        return _made_home(new, entity, world)
    level, _ = HOME[entity.level]
    return world.find(level, into or (entity.parent_ids[0] if entity.parent_ids else ""))


def _made_home(new: NewHome, entity: Entity, world: World) -> Entity:
    """The campaign that will be made, as far as a copy asks of it."""
    budget = to_minor(new.daily_budget, world.currency)
    nobody: dict[str, Any] = {"parent_ids": (), "home": None, "learning_status": "", "lifetime_budget": None}
    return replace(
        entity, level=Level.CAMPAIGN, meta_id="", name=new.name, status="PAUSED", daily_budget=budget, **nobody
    )


def shell_of(new: NewHome, world: World) -> Step:
    """The step that makes the campaign, paused."""
    where = {"special_ad_category_country": new.special_ad_category_country}
    params = {
        "objective": new.objective,
        "special_ad_categories": new.special_ad_categories or ["NONE"],
        **(where if new.special_ad_category_country else {}),
        "daily_budget": to_minor(new.daily_budget, world.currency),
        "bid_strategy": new.bid_strategy,
    }
    return Step("create", Level.CAMPAIGN, "", new.name, params=params)


def refusal_of(entity: Entity, into: str | None, new: NewHome | None, world: World, home: Entity | None) -> str:
    """Why it cannot be copied there; "" = it can."""
    if entity.status not in {"ACTIVE", "PAUSED"}:
        return f"Its status is {entity.status or 'unknown'}; Meta copies only active and paused objects."
    if entity.ends is not None and entity.ends <= world.now:
        return "It has ended: Meta would start a copy of it at once, for as long as it ran. Make a new one instead."
    if new is not None and entity.level != Level.AD_SET:
        return "new_campaign: only an ad set is copied into a campaign of its own."
    if entity.level not in HOME:
        return "into: a campaign is copied into its account, so nothing can be named here." if into else ""
    level = Level(HOME[entity.level][0]).label.lower()
    if home is None:
        return f"There is no {level} {into} here to copy it into." if into else f"Its {level} is unknown."
    if home.status not in {"ACTIVE", "PAUSED"}:
        return f"The {level} {home.name} is {home.status.lower() or 'unknown'}, so nothing can be copied into it."
    if entity.level == Level.AD_SET and home.budget_field is None and entity.budget_field is None:
        return f"The campaign {home.name} has no budget of its own, and this ad set has none to take along."
    return ""
