"""Reallocate: the total stays to the cent, bounds and step limits hold, and where too little is known nothing moves."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimization.entities import Entity
from optimization.kinds import KINDS, Refusal
from optimization.kinds.plan_words import lines_of
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.steps import STEPS, Plan, net_change
from tests.factories.optimization import WrittenWorld, entity, limits

REALLOCATE = KINDS["reallocate"]
CAMPAIGN = entity("21", level="campaign", name="Summer", daily_budget=None, parent_ids=())
CBO = replace(CAMPAIGN, daily_budget=60_000)
Figures = dict[tuple[str, str], float]


def figures(*rows: tuple[str, float, float]) -> Figures:
    """(Meta id, ROAS, conversions) of the last 7 days."""
    found: Figures = {}
    for meta_id, roas, sold in rows:
        found |= {(meta_id, "roas_7d"): roas, (meta_id, "conversions_7d"): sold}
    return found


USUAL = figures(("31", 4.0, 95), ("32", 1.0, 95), ("33", 2.0, 95))


def sets(**changes: Any) -> list[Entity]:
    return [entity(one, **changes) for one in ("31", "32", "33")]


def plan(of: Entity, world: WrittenWorld, **parameters: Any) -> Plan:
    made = REALLOCATE.plan(of, parameters, world)
    assert isinstance(made, Plan), made
    return made


def refusal(of: Entity, world: WrittenWorld, **parameters: Any) -> str:
    made = REALLOCATE.plan(of, parameters, world)
    assert isinstance(made, Refusal), made
    return made.reason


def new_values(made: Plan) -> dict[str, int]:
    return {step.entity_id: step.new for step in made.steps}


def test_money_goes_from_the_worst_to_the_best_inside_the_step_limits_and_the_total_stays() -> None:
    made = plan(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL))
    assert new_values(made) == {"31": 12_000, "32": 6_000, "33": 12_000}
    assert sum(step.new - step.old for step in made.steps) == 0
    assert net_change(made.steps) == 0


def test_decreases_come_before_increases() -> None:
    steps = plan(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL)).steps
    rises = [step.new > step.old for step in steps]
    assert rises == sorted(rises)
    assert any(rises)


def test_the_one_with_the_same_roas_and_fewer_conversions_gets_less() -> None:
    found = figures(("31", 4.0, 95), ("32", 1.0, 95), ("33", 4.0, 3))
    wide = limits(max_increase_percent=500, max_increase_percent_per_day=500, max_decrease_percent=99)
    values = new_values(plan(CAMPAIGN, WrittenWorld({"21": sets()}, found, limits=wide)))
    assert values["31"] > values["33"]


def test_proportions_are_exact_where_no_bound_stands_in_the_way() -> None:
    wide = limits(max_increase_percent=500, max_increase_percent_per_day=500, max_decrease_percent=99)
    world = WrittenWorld({"21": sets(daily_budget=7_000)}, USUAL, limits=wide)
    assert new_values(plan(CAMPAIGN, world)) == {"31": 12_000, "32": 3_000, "33": 6_000}


def test_yen_are_whole_yen() -> None:
    wide = limits(max_increase_percent=500, max_increase_percent_per_day=500, max_decrease_percent=99)
    world = WrittenWorld({"21": sets(daily_budget=1_001)}, USUAL, currency="JPY", limits=wide)
    values = new_values(plan(CAMPAIGN, world))
    assert sum(values.values()) == 3_003
    assert values == {"31": 1_716, "32": 429, "33": 858}


def test_its_own_bounds_and_metas_minimum_hold() -> None:
    wide = limits(max_increase_percent=500, max_increase_percent_per_day=500, max_decrease_percent=99)
    world = WrittenWorld({"21": sets(daily_budget=7_000)}, USUAL, limits=wide, least=5_000)
    values = new_values(plan(CAMPAIGN, world, upper="80"))
    assert values["32"] >= 5_000
    assert values["31"] == 8_000
    assert "33" not in values or values["33"] <= 8_000


def test_across_campaigns_only_those_with_a_budget_of_their_own_take_part() -> None:
    account = entity("1", level=ACCOUNT_LEVEL, name="Shop", daily_budget=None, parent_ids=())
    campaigns = [entity(one, level="campaign", parent_ids=()) for one in ("31", "32", "33")]
    abo = entity("34", level="campaign", daily_budget=None, parent_ids=())
    made = plan(account, WrittenWorld({"1": [*campaigns, abo]}, {**USUAL, **figures(("34", 9.0, 99))}))
    assert {step.entity_id for step in made.steps} <= {"31", "32", "33"}
    assert {step.level for step in made.steps} == {"campaign"}


def test_inside_a_campaign_budget_only_spend_limits_move() -> None:
    capped = [replace(one, daily_budget=None, home=CBO, daily_spend_cap=20_000) for one in sets()]
    made = plan(CBO, WrittenWorld({"21": capped}, USUAL))
    assert {step.field for step in made.steps} == {"daily_spend_cap"}
    assert sum(step.new - step.old for step in made.steps) == 0


def test_a_spend_limit_never_falls_below_the_minimum_spend_of_its_ad_set() -> None:
    capped = [replace(one, daily_budget=None, home=CBO, daily_spend_cap=20_000) for one in sets()]
    capped[1] = replace(capped[1], daily_min_spend_target=19_000)
    assert new_values(plan(CBO, WrittenWorld({"21": capped}, USUAL)))["32"] >= 19_000


@pytest.mark.parametrize(
    ("of", "children", "found", "words"),
    [
        (CAMPAIGN, sets()[:2], USUAL, "needs 3 running ad sets with a daily budget and a known ROAS; there are 2"),
        (CAMPAIGN, sets(status="PAUSED"), USUAL, "there are 0"),
        (CAMPAIGN, sets(effective_status="CAMPAIGN_PAUSED"), USUAL, "there are 0"),
        (CAMPAIGN, sets(daily_budget=None, lifetime_budget=9_000), USUAL, "there are 0"),
        (CAMPAIGN, sets(), figures(("31", 4.0, 9), ("32", 1.0, 9)), "there are 2"),
        (CAMPAIGN, sets(), figures(("31", 1.2, 9), ("32", 1.0, 9), ("33", 1.1, 9)), "too alike"),
        (CAMPAIGN, sets(), figures(("31", 0, 0), ("32", 0, 0), ("33", 0, 0)), "None of its"),
        (CBO, sets(daily_budget=None), USUAL, "not all its ad sets have a daily spend limit"),
        (replace(CAMPAIGN, lifetime_budget=9_000), sets(), USUAL, "lifetime"),
    ],
)
def test_where_there_is_nothing_sound_to_do_it_says_why(
    of: Entity, children: list[Entity], found: Figures, words: str
) -> None:
    assert words in refusal(of, WrittenWorld({"21": children}, found))


def test_an_unknown_minimum_lowers_nothing() -> None:
    assert "not known yet" in refusal(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL, least=None))


def test_bounds_that_leave_no_room_are_named() -> None:
    tight = limits(max_increase_percent=0, max_increase_percent_per_day=0)
    assert "as they should" in refusal(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL, limits=tight))
    assert "The bounds allow" in refusal(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL), upper="90")


@given(
    st.lists(st.tuples(st.integers(200, 10**7), st.floats(0, 50), st.integers(0, 500)), min_size=3, max_size=9),
    st.sampled_from(["EUR", "JPY"]),
)
def test_whatever_the_figures_every_step_is_within_the_limits_and_nothing_is_lost(
    drawn: list[tuple[int, float, int]], currency: str
) -> None:
    children = [entity(str(100 + n), daily_budget=budget) for n, (budget, _, _) in enumerate(drawn)]
    found = figures(*((str(100 + n), roas, sold) for n, (_, roas, sold) in enumerate(drawn)))
    made = REALLOCATE.plan(CAMPAIGN, {}, WrittenWorld({"21": children}, found, currency=currency))
    if isinstance(made, Plan):
        assert sum(step.new - step.old for step in made.steps) == 0
        assert all(step.old - int(step.old / 2) <= step.new <= step.old + int(step.old * 0.2) for step in made.steps)


def test_the_plan_reads_as_one_line_and_a_line_a_step() -> None:
    made = plan(CAMPAIGN, WrittenWorld({"21": sets()}, USUAL))
    action = Action(
        kind="reallocate", entity_name="Summer", currency="EUR", field=STEPS, steps=[s.as_json() for s in made.steps]
    )
    headline = REALLOCATE.headline(action)
    assert headline.change == f"40.00 EUR a day moved, total unchanged, {len(made.steps)} steps"
    assert lines_of(made.steps, "EUR")[1].text == "Set daily budget of ad set Set 31: 100.00 EUR → 120.00 EUR, +20 %"
    assert "300.00 EUR a day, stays as it is" in made.note
