"""Create an ad set with its ads in a campaign that exists: built paused, the ads started first, the ad set last."""

from collections.abc import Mapping
from typing import Any, ClassVar

from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.kinds.campaign_template import AdSetTemplate, MetaId, ad_set_params
from optimization.kinds.plan_words import headline_of
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.steps import Plan, Step
from optimization.world import World


class CreateAdSetParameters(AdSetTemplate, KindParameters):
    """The ad set as in a campaign's document (`optimization.kinds.campaign_template`), and where it goes."""

    campaign_id: MetaId


class CreateAdSet(Kind):
    key = "create_ad_set"
    label = "Create ad set"
    levels = frozenset({ACCOUNT_LEVEL})
    Parameters: ClassVar[type[KindParameters]] = CreateAdSetParameters
    may_act_alone = False
    grows = True

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        asked = CreateAdSetParameters.model_validate(parameters)
        home = world.find(Level.CAMPAIGN, asked.campaign_id)
        if home is None or home.status not in {"ACTIVE", "PAUSED"}:
            return Refusal(f"campaign_id: there is no campaign {asked.campaign_id} in which something can be made.")
        if (home.budget_field is None) != asked.has_budget:
            return Refusal(
                "daily_budget: the campaign has a budget of its own, so the ad set gets none."
                if asked.has_budget
                else "daily_budget: the campaign has no budget of its own, so the ad set needs one."
            )
        if asked.end_time is not None and asked.end_time <= world.now:
            return Refusal("end_time: it would have ended already.")
        steps = [Step("create", Level.AD_SET, home.meta_id, asked.name, params=ad_set_params(asked, world.currency))]
        start = []
        for ad in asked.ads:
            steps.append(Step("create", Level.AD, "$1", ad.name, params={"creative": {"creative_id": ad.creative_id}}))
            start.append(Step("set", Level.AD, f"${len(steps)}", ad.name, "status", "PAUSED", "ACTIVE"))
        start.append(Step("set", Level.AD_SET, "$1", asked.name, "status", "PAUSED", "ACTIVE"))
        return Plan(entity, tuple(steps + start), f"In {home.name}, with {len(asked.ads)} ads, all made paused.")

    def inverse_key(self) -> str | None:
        return "pause"

    def headline(self, action: Action) -> Headline:
        return headline_of(action, self.label, "watch")


CREATE_AD_SET = CreateAdSet()
