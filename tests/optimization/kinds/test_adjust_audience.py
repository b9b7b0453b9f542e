"""adjust_audience: the whole targeting comes back, changed only in what was asked."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from optimization.entities import Entity
from optimization.kinds import KINDS, FieldChange, Refusal, describe
from optimization.models import Action
from tests.factories.optimization import entity

KIND = KINDS["adjust_audience"]
TARGETING: dict[str, Any] = {
    "age_min": 18,
    "age_max": 65,
    "geo_locations": {"countries": ["DE", "AT"], "cities": [{"key": "1", "radius": 20}], "location_types": ["home"]},
    "publisher_platforms": ["facebook", "instagram"],
    "flexible_spec": [{"interests": [{"id": "6003", "name": "Cats"}]}],
    "excluded_custom_audiences": [{"id": "901", "name": "Buyers"}],
    "targeting_automation": {"advantage_audience": 0, "individual_setting": {"age": 1}},
}


def thing(**changes: Any) -> Entity:
    return entity(targeting={**deepcopy(TARGETING), **changes.pop("targeting", {})}, **changes)


def ask(one: Entity, **parameters: Any) -> FieldChange | Refusal:
    checked = KIND.Parameters(**parameters).model_dump(mode="json", exclude_none=True)
    return KIND.change(one, checked, "EUR")


def wanted(one: Entity, **parameters: Any) -> dict[str, Any]:
    made = ask(one, **parameters)
    assert isinstance(made, FieldChange), made
    assert made.before == one.targeting
    return dict(made.wanted)


def refusal(one: Entity, **parameters: Any) -> str:
    made = ask(one, **parameters)
    assert isinstance(made, Refusal), made
    return made.reason


@pytest.mark.parametrize(
    ("asked", "differs"),
    [
        ({"age_min": 25, "age_max": 54}, {"age_min": 25, "age_max": 54}),
        ({"genders": "women"}, {"genders": [2]}),
        ({"countries": ["CH"]}, {"geo_locations": {**TARGETING["geo_locations"], "countries": ["CH"]}}),
        (
            {"exclude": ["902", "901"]},
            {"excluded_custom_audiences": [{"id": "901", "name": "Buyers"}, {"id": "902"}]},
        ),
        (
            {"advantage_audience": "on"},
            {"targeting_automation": {"advantage_audience": 1, "individual_setting": {"age": 1}}},
        ),
    ],
)
def test_only_what_was_asked_differs(asked: dict[str, Any], differs: dict[str, Any]) -> None:
    one = thing()
    assert wanted(one, **asked) == {**TARGETING, **differs}
    assert one.targeting == TARGETING, "what was read is the inverse and must not be touched"


def test_what_is_taken_back_leaves_no_empty_rest() -> None:
    assert "excluded_custom_audiences" not in wanted(thing(), include_again=["901"])
    assert "genders" not in wanted(thing(targeting={"genders": [1]}), genders="all")


def test_unknown_targeting_and_an_audience_that_is_already_so_are_refused() -> None:
    assert "unknown" in refusal(entity(), age_min=25)
    assert "already so" in refusal(thing(), age_min=18, genders="all", exclude=["901"])


def test_a_bound_that_was_not_asked_for_may_not_cross_the_other() -> None:
    assert "60 to 54" in refusal(thing(targeting={"age_max": 54}), age_min=60)


def test_under_advantage_audience_ages_are_suggestions_so_the_remedy_is_named() -> None:
    one = thing(targeting={"targeting_automation": {"advantage_audience": 1}})
    assert "set advantage_audience off" in refusal(one, age_min=25)
    assert wanted(one, age_min=25, advantage_audience="off")["targeting_automation"] == {"advantage_audience": 0}
    assert wanted(one, countries=["CH"])["geo_locations"]["countries"] == ["CH"]


def test_switching_it_on_says_what_becomes_of_the_ages() -> None:
    made = ask(thing(), advantage_audience="on")
    assert isinstance(made, FieldChange)
    assert "suggestions" in made.note


def test_a_special_ad_category_is_shown_to_everybody_and_states_advantage_audience() -> None:
    housing = {"special_ad_categories": ("HOUSING",)}
    assert "all ages and genders" in refusal(thing(**housing), age_min=25)
    assert "all ages and genders" in refusal(thing(**housing), genders="men")
    unstated = thing(targeting={"targeting_automation": {}}, **housing)
    assert "stated" in refusal(unstated, countries=["CH"])
    assert wanted(unstated, countries=["CH"], advantage_audience="off")["targeting_automation"] == {
        "advantage_audience": 0
    }
    assert wanted(thing(special_ad_categories=("NONE",)), age_min=25)["age_min"] == 25


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, "at least one thing"),
        ({"age_min": 12}, "age_min"),
        ({"age_max": 66}, "age_max"),
        ({"age_min": 50, "age_max": 40}, "age_min: 50 is above age_max 40"),
        ({"countries": ["Germany"]}, "countries"),
        ({"exclude": ["buyers"]}, "exclude"),
        ({"exclude": ["1"], "include_again": ["1"]}, "at once"),
        ({"interests": ["cats"]}, "interests"),
    ],
)
def test_senseless_parameters_are_refused_by_name(parameters: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KIND.Parameters(**parameters)
    assert named in str(refused.value)


def test_a_headline_says_what_differs_for_people() -> None:
    after = wanted(thing(), age_min=25, age_max=54, exclude=["902", "903"], countries=["CH"], genders="men")
    action = Action(
        kind=KIND.key, entity_name="EU", field="targeting", value_before=TARGETING, value_final=after, currency="EUR"
    )
    assert describe(action).change == (
        "Age 18–65+ → 25–54; Genders all genders → men; Countries DE, AT → CH; excludes 2 audiences more"
    )


def test_it_never_acts_alone_begins_learning_anew_and_is_its_own_inverse() -> None:
    assert not KIND.may_act_alone
    assert KIND.resets_learning
    assert KIND.inverse_key() == KIND.key
