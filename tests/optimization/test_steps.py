"""Plans of several steps: what they touch, what they put at stake, and what puts them back."""

from typing import Any

import pytest

from optimization.steps import Plan, Step, inverse_steps, made_budget, moved, net_change, steps_of, touched
from tests.factories.optimization import entity

DOWN = Step("set", "adset", "31", "A", "daily_budget", 10_000, 8_000)
UP = Step("set", "adset", "32", "B", "daily_budget", 10_000, 12_000)
COPY = Step("copy", "adset", "31", "A copy", params={"campaign_id": "22"})
INTO = Step("copy", "ad", "41", "Ad", params={"adset_id": "$1"})
BUDGET = Step("set", "adset", "$1", "A copy", "daily_budget", 10_000, 3_000)
START = Step("set", "adset", "$1", "A copy", "status", "PAUSED", "ACTIVE")
MADE: list[dict[str, Any]] = [
    {"level": "adset", "id": "99", "name": "A copy"},
    {"level": "ad", "id": "98", "name": "Ad"},
]


def test_a_plan_touches_what_it_sets_copies_and_puts_something_into() -> None:
    assert touched([DOWN, UP]) == {("adset", "31"), ("adset", "32")}
    assert touched([COPY, INTO, BUDGET, START]) == {("adset", "31"), ("campaign", "22"), ("ad", "41")}
    assert touched([Step("create", "campaign", "", "New")]) == frozenset()


def test_values_of_a_plan_name_only_what_exists() -> None:
    plan = Plan(entity(), (DOWN, UP, COPY, BUDGET))
    assert plan.before == {"adset:31:daily_budget": 10_000, "adset:32:daily_budget": 10_000}
    assert plan.wanted == {"adset:31:daily_budget": 8_000, "adset:32:daily_budget": 12_000}


def test_at_stake_are_the_moves_up_and_the_net_is_what_more_may_be_spent() -> None:
    assert (moved([DOWN, UP]), net_change([DOWN, UP])) == (2_000, 0)
    assert (moved([COPY, BUDGET, START]), net_change([COPY, BUDGET, START])) == (3_000, 3_000)
    made = Step("create", "campaign", "", "New", params={"daily_budget": 5_000})
    assert (moved([made]), net_change([made])) == (5_000, 5_000)


@pytest.mark.parametrize(
    "step",
    [
        Step("set", "adset", "31", "A", "lifetime_budget", 10_000, 8_000),
        Step("create", "adset", "$1", "New", params={"lifetime_budget": 8_000}),
        Step("set", "adset", "31", "A", "daily_budget", None, 8_000),
    ],
)
def test_money_a_day_of_a_lifetime_or_unknown_budget_is_unknown(step: Step) -> None:
    assert moved([DOWN, UP, step]) is None
    assert net_change([DOWN, UP, step]) is None


def test_steps_survive_being_stored() -> None:
    steps = (DOWN, COPY, INTO)
    assert steps_of([step.as_json() for step in steps]) == steps


def test_what_puts_it_back_lowers_before_it_raises() -> None:
    back = inverse_steps([DOWN, UP], [])
    assert [(step.entity_id, step.old, step.new) for step in back] == [("32", 12_000, 10_000), ("31", 8_000, 10_000)]


def test_what_was_made_is_paused_at_its_top_and_nothing_is_deleted() -> None:
    back = inverse_steps([COPY, INTO, BUDGET, START], MADE)
    assert [(s.op, s.level, s.entity_id, s.field, s.old, s.new) for s in back] == [
        ("set", "adset", "99", "status", "ACTIVE", "PAUSED")
    ]


def test_a_copy_that_was_never_activated_has_nothing_to_put_back() -> None:
    assert inverse_steps([COPY, INTO, BUDGET], MADE) == ()


def test_of_an_exchange_of_ads_the_old_one_runs_again_only_after_the_new_one_stands() -> None:
    first = Step("set", "ad", "41", "Rested", "status", "PAUSED", "ACTIVE")
    second = Step("set", "ad", "42", "Tired", "status", "ACTIVE", "PAUSED")
    back = inverse_steps([first, second], [])
    assert [(step.entity_id, step.new) for step in back] == [("42", "ACTIVE"), ("41", "PAUSED")]


def test_what_new_objects_may_spend_is_their_own_budget_alone() -> None:
    assert made_budget([DOWN, UP, COPY, BUDGET, START]) == 3_000
    assert made_budget([Step("copy", "ad", "41", "Ad", params={"adset_id": "32"})]) == 0


def test_what_is_created_touches_what_it_is_created_in() -> None:
    assert touched([Step("create", "ad", "31", "New ad")]) == {("adset", "31")}
