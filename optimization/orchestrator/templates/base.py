"""A goal's campaign template: Meta's words, with places for the account's assets, checked before it is stored."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from optimization.kinds.budget import Money
from optimization.kinds.campaign_template import Category, Objective, Strategy, Word

ShortName = Annotated[str, Field(min_length=1, max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Audience(_Part):
    """`targeting` as Meta takes it; without geo_locations it gets the countries of the account's settings."""

    name: ShortName
    targeting: dict[str, Any] = {}


class Names(_Part):
    """Patterns; {goal}, {role}, {audience} and {creative} stand for their names."""

    campaign: ShortName = "{goal} | {role}"
    ad_set: ShortName = "{goal} | {audience} | {creative}"
    ad: ShortName = "{creative}"


class GoalTemplate(_Part):
    """In `promoted_object` "{pixel_id}", "{page_id}", "{application_id}" and "{object_store_url}" stand for the
    account's assets. `placements` is merged into every targeting; empty = Meta's automatic placements.
    `winner_min_events`: instead of the account's setting, where one event is much."""

    objective: Objective
    optimization_goal: Word
    billing_event: Word = "IMPRESSIONS"
    promoted_object: dict[str, Any] | None = None
    destination_type: Word | None = None
    bid_strategy: Strategy = "LOWEST_COST_WITHOUT_CAP"
    bid_amount: Money | None = None
    audiences: Annotated[list[Audience], Field(min_length=1, max_length=20)]
    placements: dict[str, Any] = {}
    creatives_per_group: Annotated[int, Field(ge=1, le=50)] = 3
    special_ad_categories: list[Category] = []
    names: Names = Names()
    winner_min_events: Annotated[int, Field(ge=1, le=1000)] | None = None


AUDIENCES: tuple[dict[str, Any], ...] = (
    {
        "name": "Advantage+ audience",
        "targeting": {"age_min": 18, "age_max": 65, "targeting_automation": {"advantage_audience": 1}},
    },
    {
        "name": "Adults 18-44",
        "targeting": {"age_min": 18, "age_max": 44, "targeting_automation": {"advantage_audience": 0}},
    },
)
"""Two that every account has: whom Meta thinks fit, and a plain one to compare with."""


@dataclass(frozen=True)
class Shipped:
    """A goal as it is offered: `signal` counts its results, `facts` are its template beside what all share."""

    key: str
    name: str
    signal: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> dict[str, Any]:
        """A new document, whole, as `Goal.template` holds it."""
        return GoalTemplate.model_validate({"audiences": list(AUDIENCES), **self.facts}).model_dump(mode="json")


def custom_event(name: str) -> dict[str, Any]:
    """What is promoted where the pixel counts an event of the site's own (reference 3.4)."""
    return {"pixel_id": "{pixel_id}", "custom_event_type": "OTHER", "custom_event_str": name}


def standard_event(name: str) -> dict[str, Any]:
    """What is promoted where the pixel counts one of Meta's standard events."""
    return {"pixel_id": "{pixel_id}", "custom_event_type": name}
