"""Duplicate: shell first, children one by one, budgets set, what ran is started from below, the copy itself last."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from optimization.entities import Entity
from optimization.kinds import KINDS, Refusal
from optimization.kinds.making import MOST_COPIES
from optimization.kinds.plan_words import lines_of
from optimization.steps import Plan, made_budget, touched
from tests.factories.optimization import NOW, WrittenWorld, entity

DUPLICATE = KINDS["duplicate"]
ABO = entity("21", level="campaign", name="Summer", daily_budget=None, parent_ids=())
CBO = entity("22", level="campaign", name="Scaling", daily_budget=50_000, parent_ids=())
SET = entity("31", name="Lookalikes")
RUNS = entity("41", level="ad", name="Film", daily_budget=None, parent_ids=("31", "21"))
PAUSED = replace(RUNS, meta_id="42", name="Still", status="PAUSED", effective_status="PAUSED")
WORLD = WrittenWorld({"1": [ABO, CBO], "21": [SET], "31": [RUNS, PAUSED]})


def plan(of: Entity, world: WrittenWorld = WORLD, **parameters: Any) -> Plan:
    made = DUPLICATE.plan(of, parameters, world)
    assert isinstance(made, Plan), made
    return made


def refusal(of: Entity, world: WrittenWorld = WORLD, **parameters: Any) -> str:
    made = DUPLICATE.plan(of, parameters, world)
    assert isinstance(made, Refusal), made
    return made.reason


def lines(made: Plan) -> list[tuple[Any, ...]]:
    return [(step.op, step.level, step.entity_id, step.field or dict(step.params), step.new) for step in made.steps]


def test_an_ad_is_copied_into_its_own_ad_set_and_started() -> None:
    assert lines(plan(RUNS)) == [
        ("copy", "ad", "41", {}, None),
        ("set", "ad", "$1", "status", "ACTIVE"),
    ]


def test_an_ad_goes_into_another_ad_set_by_its_id() -> None:
    made = plan(RUNS, into="31")
    assert made.steps[0].params == {"adset_id": "31"}
    assert touched(made.steps) == {("ad", "41"), ("adset", "31")}
    assert "into Lookalikes" in made.note


def test_an_ad_set_is_a_shell_then_its_ads_then_its_budget_and_starts_last() -> None:
    assert lines(plan(SET, percent="50")) == [
        ("copy", "adset", "31", {"deep_copy": False}, None),
        ("set", "adset", "$1", "daily_budget", 5_000),
        ("copy", "ad", "41", {"adset_id": "$1"}, None),
        ("copy", "ad", "42", {"adset_id": "$1"}, None),
        ("set", "ad", "$3", "status", "ACTIVE"),
        ("set", "adset", "$1", "status", "ACTIVE"),
    ]


def test_below_a_campaign_budget_a_copied_ad_set_has_none_of_its_own() -> None:
    made = plan(SET, into="22")
    assert made.steps[0].params == {"deep_copy": False, "campaign_id": "22"}
    assert not [step for step in made.steps if step.field == "daily_budget"]
    assert made_budget(made.steps) == 0


def test_a_campaign_takes_its_ad_sets_and_their_ads_along() -> None:
    made = plan(ABO, percent="50")
    assert lines(made) == [
        ("copy", "campaign", "21", {"deep_copy": False}, None),
        ("copy", "adset", "31", {"deep_copy": False, "campaign_id": "$1"}, None),
        ("set", "adset", "$2", "daily_budget", 5_000),
        ("copy", "ad", "41", {"adset_id": "$2"}, None),
        ("copy", "ad", "42", {"adset_id": "$2"}, None),
        ("set", "ad", "$4", "status", "ACTIVE"),
        ("set", "adset", "$2", "status", "ACTIVE"),
        ("set", "campaign", "$1", "status", "ACTIVE"),
    ]
    assert made_budget(made.steps) == 5_000


def test_the_budget_is_the_same_unless_told_and_always_set_so_that_it_is_verified() -> None:
    assert [step.new for step in plan(SET).steps if step.field == "daily_budget"] == [10_000]
    assert [step.new for step in plan(SET, amount="30").steps if step.field == "daily_budget"] == [3_000]
    yen = replace(WORLD, currency="JPY")
    assert [step.new for step in plan(SET, yen, amount="3000").steps if step.field == "daily_budget"] == [3_000]


def test_left_paused_nothing_starts_the_copy_itself() -> None:
    steps = plan(SET, leave_paused=True).steps
    assert [(step.level, step.new) for step in steps if step.field == "status"] == [("ad", "ACTIVE")]


def test_only_the_copy_itself_gets_another_name() -> None:
    names = [step.name for step in plan(SET, suffix=" B").steps if step.op == "copy"]
    assert names == ["Lookalikes B", "Film", "Still"]


@pytest.mark.parametrize(
    ("of", "parameters", "words"),
    [
        (replace(SET, status="ARCHIVED"), {}, "copies only active and paused"),
        (replace(SET, ends=NOW), {}, "It has ended"),
        (RUNS, {"into": "99"}, "There is no ad set 99"),
        (SET, {"into": "99"}, "There is no campaign 99"),
        (ABO, {"into": "22"}, "copied into its account"),
        (ABO, {"amount": "5"}, "give percent instead"),
        (replace(SET, daily_budget=None, parent_ids=("21",)), {}, "none to take along"),
    ],
)
def test_what_cannot_be_copied_is_refused_with_the_reason(of: Entity, parameters: dict[str, Any], words: str) -> None:
    assert words in refusal(of, **parameters)


def test_too_large_a_copy_is_refused_instead_of_half_made() -> None:
    ads = [replace(RUNS, meta_id=str(400 + n)) for n in range(MOST_COPIES)]
    world = WrittenWorld({"21": [SET], "1": [ABO], "31": ads})
    assert "one by one" in refusal(SET, world)
    assert isinstance(DUPLICATE.plan(SET, {}, replace(world, below={**world.below, "31": ads[1:]})), Plan)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"percent": "50", "amount": "5"}, "not both"),
        ({"percent": "0"}, "outside 1 to 1000"),
        ({"into": "act_1"}, "into"),
    ],
)
def test_senseless_parameters_are_refused_by_name(parameters: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DUPLICATE.Parameters.model_validate(parameters)


def test_a_copys_budget_is_told_as_what_it_gets() -> None:
    same, half = (lines_of(made.steps, "EUR")[1].text for made in (plan(SET), plan(SET, percent="50")))
    assert same == "Give a daily budget to ad set Lookalikes (copy) (the new one): 100.00 EUR"
    assert half.endswith(": 50.00 EUR (the original has 100.00 EUR)")
