"""Actions of several steps for a chaos run: money moved, ad sets copied, ads created, and plans that Meta refuses."""

import random
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from metaads.models import Ad, AdSet
from optimization.models import Action
from optimization.queue.decision import approved, load
from optimization.steps import STEPS, Step
from tests.benchmarks.chaos.facts import propose

NOWHERE = {"creative": {"creative_id": "404"}}
BROKEN = "broken"


def approved_plan(about: AdSet, kind: str, *steps: Step) -> Action:
    sets = [step for step in steps if step.op == "set" and not step.entity_id.startswith("$")]
    wanted: dict[str, Any] = {step.key: step.new for step in sets}
    columns = {
        "kind": kind,
        "steps": [step.as_json() for step in steps],
        "value_before": {step.key: step.old for step in sets},
        "campaign_id": about.campaign.meta_id,
    }
    action = propose(about.account, "adset", about, STEPS, 0, 0, value_wanted=wanted, value_final=wanted, **columns)
    return approved(load(action.pk), None, timezone.now(), "a fault run")


def budget_step(ad_set: AdSet, wanted: int) -> Step:
    return Step("set", "adset", ad_set.meta_id, ad_set.name, "daily_budget", ad_set.daily_budget, wanted)


def refused_step(ad_set: AdSet) -> Step:
    """An ad of a creative that is not there: no rail knows it, and Meta refuses it for good."""
    return Step("create", "ad", ad_set.meta_id, "Never made", params=NOWHERE)


def _scaled(ad_set: AdSet, factor: float) -> Step:
    return budget_step(ad_set, int((ad_set.daily_budget or 0) * factor))


def _on_copy(ad_set: AdSet, field: str, old: Any, new: Any) -> Step:
    return Step("set", "adset", "$1", f"copy of {ad_set.name}", field, old, new)


def _two(ad_sets: list[AdSet]) -> tuple[AdSet | None, AdSet | None]:
    """Two of one account, taken out."""
    one = ad_sets.pop() if ad_sets else None
    place = next((i for i, other in enumerate(ad_sets) if one and other.account_id == one.account_id), None)
    return one, ad_sets.pop(place) if place is not None else None


def move(ad_sets: list[AdSet], chance: random.Random) -> Iterator[Action]:
    """From one ad set to another, the decrease first."""
    one, other = _two(ad_sets)
    if one and other:
        yield approved_plan(one, "reallocate", _scaled(one, 0.9), _scaled(other, 1.1))


def copy_steps(one: AdSet, factor: float) -> tuple[Step, ...]:
    """Copied, given a budget of its own, activated last."""
    budget = one.daily_budget or 0
    return (
        Step("copy", "adset", one.meta_id, one.name),
        _on_copy(one, "daily_budget", budget, int(budget * factor)),
        _on_copy(one, "status", "PAUSED", "ACTIVE"),
    )


def copy(ad_sets: list[AdSet], chance: random.Random) -> Iterator[Action]:
    if ad_sets:
        one = ad_sets.pop()
        yield approved_plan(one, "duplicate", *copy_steps(one, 1.2))


def create(ad_sets: list[AdSet], chance: random.Random) -> Iterator[Action]:
    """A new ad with a creative that is there already, activated last."""
    if ad_sets:
        one = ad_sets.pop()
        ad = Ad.objects.filter(account=one.account, creative__isnull=False).select_related("creative").order_by("pk")[0]
        assert ad.creative is not None
        made = Step("create", "ad", one.meta_id, "Fresh", params={"creative": {"creative_id": ad.creative.meta_id}})
        yield approved_plan(one, "duplicate", made, Step("set", "ad", "$1", "Fresh", "status", "PAUSED", "ACTIVE"))


def broken(ad_sets: list[AdSet], chance: random.Random) -> Iterator[Action]:
    """Its last step is refused for good: everything before it has to be put back."""
    one, other = _two(ad_sets)
    if one and other:
        steps = (
            _scaled(one, 0.9),
            Step("copy", "adset", one.meta_id, one.name),
            Step("set", "adset", "$2", "the copy", "status", "PAUSED", "ACTIVE"),
            refused_step(other),
        )
        yield approved_plan(one, "duplicate", *steps)


MAKERS = {"move": move, "copy": copy, "create": create, BROKEN: broken}
