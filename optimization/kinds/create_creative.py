"""Create a creative: an image or a video with its texts, link and call to action, or an existing post.

A creative shows nothing by itself and spends nothing. Meta never changes one: new content is a new creative, and one
that is identical to an existing one gets that one's id (reference 3.7).
"""

from collections.abc import Mapping
from typing import Any

from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, Refusal
from optimization.kinds.creative_content import CreateCreativeParameters, content_of
from optimization.kinds.plan_words import headline_of
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.steps import Plan, Step
from optimization.world import World


class CreateCreative(Kind):
    key = "create_creative"
    label = "Create creative"
    levels = frozenset({ACCOUNT_LEVEL})
    Parameters = CreateCreativeParameters
    may_act_alone = False

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        asked = CreateCreativeParameters.model_validate(parameters)
        return Plan(entity, (Step("create", "creative", "", asked.name, params=content_of(asked)),))

    def headline(self, action: Action) -> Headline:
        shown = headline_of(action, self.label, "good")
        return Headline(shown.verb, str(action.parameters.get("name") or shown.name), shown.change, shown.tone)


CREATE_CREATIVE = CreateCreative()
