"""scale_by_target: budget x target / figure, matured, bounded; unknown or no conversions is a reason to do nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from optimization.entities import Entity
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.limits import Limits
from tests.factories.optimization import NOW, entity, limits

KIND = KINDS["scale_by_target"]
GOOD: dict[str, float | None] = {
    "conversions_mature_7d": 20.0,
    "cpa_mature_7d": 25.0,
    "target_cpa": 30.0,
    "roas_mature_7d": 1.5,
    "target_roas": 2.0,
}


@dataclass(frozen=True)
class Told:
    """A world of named figures; asked of anything else it knows nothing."""

    figures: Mapping[str, float | None] = field(default_factory=lambda: GOOD)
    of: str = "31"
    currency: str = "EUR"
    limits: Limits = field(default_factory=limits)
    now: datetime = NOW

    def find(self, level: str, meta_id: str) -> Entity | None:
        return None

    def children(self, entity: Entity) -> Sequence[Entity]:
        return ()

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        return None, None

    def least_budget(self, entity: Entity) -> int | None:
        return None

    def figure(self, entity: Entity, name: str) -> float | None:
        return self.figures.get(name) if entity.meta_id == self.of else None


def ask(world: Told | None = None, thing: Entity | None = None, **parameters: Any) -> Any:
    checked = KIND.Parameters(**parameters).model_dump(mode="json", exclude_none=True)
    return KIND.plan(thing or entity(), checked, world or Told())


def wanted(world: Told | None = None, thing: Entity | None = None, **parameters: Any) -> int:
    made = ask(world, thing, **parameters)
    assert isinstance(made, FieldChange), made
    return int(made.wanted)


def test_a_cheap_result_raises_the_budget_in_proportion() -> None:
    assert wanted() == 12_000


def test_a_poor_roas_lowers_it_in_proportion() -> None:
    assert wanted(by="roas") == 7_500


@pytest.mark.parametrize(
    ("cpa", "parameters", "after"),
    [
        (3.0, {}, 13_000),
        (3.0, {"most_up": 12.5}, 11_250),
        (300.0, {}, 5_000),
        (300.0, {"most_down": 20}, 8_000),
        (25.0, {"upper": 110}, 11_000),
        (60.0, {"lower": 90}, 9_000),
    ],
)
def test_the_step_and_the_budget_stay_in_their_bounds(cpa: float, parameters: dict[str, Any], after: int) -> None:
    assert wanted(Told({**GOOD, "cpa_mature_7d": cpa}), **parameters) == after


def test_the_window_is_the_one_that_was_asked_for() -> None:
    far = {name.replace("_7d", "_14d"): value for name, value in GOOD.items()}
    assert wanted(Told(far), window="14d") == 12_000


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("conversions_mature_7d", "unknown"),
        ("cpa_mature_7d", "matured CPA of 7d is unknown"),
        ("target_cpa", "No target CPA is set"),
    ],
)
def test_what_is_unknown_changes_nothing_and_says_so(missing: str, words: str) -> None:
    made = ask(Told({**GOOD, missing: None}))
    assert isinstance(made, Refusal)
    assert words in made.reason


def test_no_conversions_are_nothing_to_scale_by() -> None:
    made = ask(Told({**GOOD, "conversions_mature_7d": 0.0}))
    assert isinstance(made, Refusal)
    assert "No conversions" in made.reason


def test_asked_of_an_ad_the_figures_are_those_of_where_the_budget_lives() -> None:
    home = entity("31")
    made = ask(thing=entity("41", level="ad", daily_budget=None, home=home))
    assert isinstance(made, FieldChange)
    assert made.entity is home
    assert made.wanted == 12_000


def test_an_ad_set_under_a_campaign_budget_is_left_to_the_campaign() -> None:
    made = ask(thing=entity(daily_budget=None, home=entity("21", level="campaign")))
    assert isinstance(made, Refusal)


def test_without_a_world_nothing_is_reckoned() -> None:
    assert isinstance(KIND.change(entity(), {}, "EUR"), Refusal)
    assert KIND.inverse_key() == "set_budget"


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"by": "ctr"}, "by"),
        ({"window": "2h"}, "window"),
        ({"most_up": 0}, "most_up"),
        ({"most_down": 100}, "most_down"),
        ({"lower": 9, "upper": 8}, "lower 9 is above upper 8"),
    ],
)
def test_senseless_parameters_are_refused_by_name(parameters: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KIND.Parameters(**parameters)
    assert named in str(refused.value)


def test_a_yen_budget_ends_in_whole_yen() -> None:
    assert wanted(Told({**GOOD, "cpa_mature_7d": 29.0}, currency="JPY"), entity(daily_budget=1_000)) == 1_034
