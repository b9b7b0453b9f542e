"""Create a campaign with its ad sets and ads from a document: built paused from the top, started last."""

from collections.abc import Mapping
from typing import Any, ClassVar

from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.kinds.campaign_template import CampaignTemplate, ad_set_params, campaign_params
from optimization.kinds.plan_words import headline_of
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.steps import Plan, Step
from optimization.world import World


class CreateCampaignParameters(CampaignTemplate, KindParameters):
    """The document itself (`optimization.kinds.campaign_template`)."""


class CreateCampaign(Kind):
    key = "create_campaign"
    label = "Create campaign"
    levels = frozenset({ACCOUNT_LEVEL})
    Parameters: ClassVar[type[KindParameters]] = CreateCampaignParameters
    may_act_alone = False
    grows = True

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        asked = CreateCampaignParameters.model_validate(parameters)
        ended = [one.name for one in asked.ad_sets if one.end_time is not None and one.end_time <= world.now]
        if ended:
            return Refusal(f"end_time: {ended[0]} would have ended already.")
        steps, start = (
            [Step("create", Level.CAMPAIGN, "", asked.name, params=campaign_params(asked, world.currency))],
            [],
        )
        for one in asked.ad_sets:
            steps.append(Step("create", Level.AD_SET, "$1", one.name, params=ad_set_params(one, world.currency)))
            home = f"${len(steps)}"
            for ad in one.ads:
                params = {"creative": {"creative_id": ad.creative_id}}
                steps.append(Step("create", Level.AD, home, ad.name, params=params))
                start.append(_activation(Level.AD, f"${len(steps)}", ad.name))
            start.append(_activation(Level.AD_SET, home, one.name))
        start.append(_activation(Level.CAMPAIGN, "$1", asked.name))
        note = f"{len(asked.ad_sets)} ad sets and {sum(len(one.ads) for one in asked.ad_sets)} ads, all made paused."
        return Plan(entity, tuple(steps if asked.leave_paused else steps + start), note)

    def inverse_key(self) -> str | None:
        return "pause"

    def headline(self, action: Action) -> Headline:
        shown = headline_of(action, self.label, "watch")
        name = str(action.parameters.get("name") or shown.name)
        return Headline(shown.verb, name, shown.change, shown.tone)


def _activation(level: str, made: str, name: str) -> Step:
    return Step("set", level, made, name, "status", "PAUSED", "ACTIVE")


CREATE_CAMPAIGN = CreateCampaign()
