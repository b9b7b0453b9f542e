"""Exchange ads of an ad set: the best rested one starts, then the most tired one is paused. One always runs.

How tired: `optimization.fatigue`. Rested: paused, approved by Meta and without an impression in 7 days; the best is the
one that was clicked most in 30 days, or over its life where it rested longer.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from metaads.models import Level
from optimization import fatigue
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.kinds.plan_words import headline_of
from optimization.models import Action
from optimization.steps import Plan, Step
from optimization.world import World


class RotateParameters(KindParameters):
    """`tired`: the least fatigue score, 0 to 100, for which an ad is exchanged."""

    tired: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = Field(
        40, title="Where fatigue is at least", description="0 to 100: frequency and fall of CTR."
    )


class Rotate(Kind):
    key = "rotate"
    label = "Rotate ads"
    levels = frozenset({Level.AD_SET.value})
    Parameters = RotateParameters
    grows = True
    resets_learning = True

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        tired_from = RotateParameters.model_validate(parameters).tired
        ads = world.children(entity)
        found = _most_tired(ads, world)
        if found is None:
            return Refusal("How tired its running ads are is not known.")
        tired, how = found
        if how < tired_from:
            return Refusal(
                f"Its most tired ad, {tired.name}, has a fatigue of {how:.0f}, below {tired_from:g}: nothing to rotate."
            )
        rested = _best_rested(ads, world)
        if rested is None:
            return Refusal("No approved ad of it has rested for 7 days, so none can take over.")
        steps = (
            Step("set", rested.level, rested.meta_id, rested.name, "status", rested.status, "ACTIVE"),
            Step("set", tired.level, tired.meta_id, tired.name, "status", tired.status, "PAUSED"),
        )
        return Plan(entity, steps, f"{tired.name} has a fatigue of {how:.0f} of 100; {rested.name} takes over.")

    def inverse_key(self) -> str | None:
        return self.key

    def headline(self, action: Action) -> Headline:
        return headline_of(action, self.label, "watch")


def _most_tired(ads: Sequence[Entity], world: World) -> tuple[Entity, float] | None:
    scored = []
    for ad in ads:
        if ad.status == "ACTIVE" and ad.effective_status == "ACTIVE":
            frequency = world.figure(ad, "frequency_7d")
            if frequency is None:
                frequency = world.figure(ad, "frequency_estimate_7d")
            how = fatigue.score(frequency, world.figure(ad, "ctr_7d"), world.figure(ad, "ctr_30d"))
            if how is not None:
                scored.append((ad, how))
    return max(scored, key=lambda pair: (pair[1], pair[0].meta_id), default=None)


def _best_rested(ads: Sequence[Entity], world: World) -> Entity | None:
    """Unknown impressions are no rest; an unknown CTR ranks last."""
    paused = (ad for ad in ads if ad.status == "PAUSED" and ad.effective_status == "PAUSED")
    rested = [ad for ad in paused if world.figure(ad, "impressions_7d") == 0]

    def clicked(ad: Entity) -> float:
        known = (world.figure(ad, name) for name in ("ctr_30d", "ctr_lifetime"))
        return next((value for value in known if value is not None), -1.0)

    return max(rested, key=lambda ad: (clicked(ad), ad.meta_id), default=None)


ROTATE = Rotate()
