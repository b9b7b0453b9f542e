"""Metrics of one's own: computed from windowed fields, usable like any field, refused in their place."""

from typing import Any

import numpy as np
import pytest

from intelligence.metrics.families.surroundings import PARENT
from intelligence.metrics.frame import Frame
from optimization.rules.compile import compile_rule
from optimization.rules.evaluate import evaluate, evaluate_many
from optimization.rules.schema import parse
from optimization.rules.sheet import Context
from optimization.rules.tree import Leaf
from tests.optimization.rules.build import compiled, document, frame, leaf, past, problems

PROFIT = {"profit": "conversion_value * 0.6 - spend"}


def matched(conditions: Any, metrics: dict[str, str], history: Any = None, /, **columns: Any) -> list[bool]:
    rule = compiled(conditions, metrics=metrics)
    return list(evaluate(rule, frame(**columns), Context(history)).matched.tolist())


def field_of(name: str, metrics: dict[str, str]) -> Any:
    tree = parse(document(leaf(name, ">", 1), metrics=metrics)).conditions
    assert isinstance(tree, Leaf)
    return tree.condition.field


def test_it_computes_from_the_figures_of_its_window() -> None:
    columns = {
        "conversion_value_3d": [100, 10],
        "spend_3d": [20, 20],
        "conversion_value_7d": [0, 0],
        "spend_7d": [9, 9],
    }
    assert matched(leaf("profit_3d", ">", 0), PROFIT, **columns) == [True, False]
    assert matched(leaf("profit", ">", 0), PROFIT, **columns) == [False, False]


def test_an_unknown_part_and_a_division_by_nothing_are_unknown() -> None:
    metrics = {"per_click": "spend / clicks"}
    columns = {"spend_7d": [6.0, 6.0, None], "clicks_7d": [3.0, 0.0, 3.0]}
    assert matched(leaf("per_click", ">", 1), metrics, **columns) == [True, False, False]
    assert matched({"not": leaf("per_click", ">", 1)}, metrics, **columns) == [False, False, False]


def test_it_stands_in_expressions_and_in_other_metrics() -> None:
    metrics = {**PROFIT, "margin": "profit / spend"}
    columns = {"conversion_value_7d": [100.0], "spend_7d": [20.0]}
    assert matched(leaf("margin", "between", [1.9, 2.1]), metrics, **columns) == [True]
    assert matched(leaf("spend", "<", "profit_7d * 1"), metrics, **columns) == [True]


def test_a_window_in_the_formula_stays_and_the_others_follow() -> None:
    metrics = {"growth": "spend / (spend_7d / 7)", "week": "spend_7d * 2"}
    assert matched(leaf("growth_today", ">", 1), metrics, spend_today=[5.0], spend_7d=[14.0]) == [True]
    assert (field_of("growth", metrics).name, field_of("week", metrics).name) == ("growth_7d", "week")
    assert "Did you mean week" in problems(document(leaf("week_3d", ">", 1), metrics=metrics))["conditions.field"]


def test_two_documents_may_give_one_name_two_formulas() -> None:
    rules = [
        compile_rule(parse(document(leaf(field, ">", 5), metrics={"mine": formula})))
        for field in ("mine", "account_mine")
        for formula in ("spend * 1", "spend * 10", "clicks + spend")
    ]
    outcomes = evaluate_many([*rules, rules[0]], frame(spend_7d=[1.0], clicks_7d=[5.0]))
    assert [outcome.matched.tolist() for outcome in outcomes] == [[False], [True], [True]] * 2 + [[False]]


def test_it_is_asked_day_by_day() -> None:
    def history(field: Any, unit: str, count: int) -> Any:
        held = {"spend": past([5.0, 5.0], [5.0, 5.0]), "conversion_value": past([10.0, 10.0], [10.0, 5.0])}
        return held[field.base](field, unit, count)

    asked = leaf("profit", "for_days", {"days": 2, "operator": ">", "value": 0})
    assert matched(asked, PROFIT, history, spend_7d=[1.0, 1.0]) == [True, False]


@pytest.mark.parametrize("formula", ["daily_budget - spend", "spend - spend_7d"])
def test_days_are_refused_where_a_part_has_none(formula: str) -> None:
    asked = leaf("mine", "for_days", {"days": 2, "operator": ">", "value": 0})
    assert "not kept by day" in problems(document(asked, metrics={"mine": formula}))["conditions.operator"]


def test_a_trend_of_it_is_refused() -> None:
    assert "has no trend" in problems(document(leaf("profit", "increasing"), metrics=PROFIT))["conditions.operator"]


def test_it_compares_with_parent_account_and_siblings() -> None:
    made = {
        "spend_7d": np.array([10.0, 30.0]),
        "conversion_value_7d": np.array([100.0, 50.0]),
        "impressions_7d": np.array([9.0, 9.0]),
        "parent_id": np.array(["1", "1"]),
        f"{PARENT}spend_7d": np.array([40.0, 40.0]),
        f"{PARENT}conversion_value_7d": np.array([150.0, 150.0]),
    }
    whole = frame(spend_7d=[1, 1])
    data = Frame(1, "adset", whole.at, whole.read_at, whole.ids, made)
    metrics = {**PROFIT, "back": "conversion_value / spend"}
    for asked, expected in (
        (leaf("parent_profit_7d", "between", [49.99, 50.01]), [True, True]),
        (leaf("account_profit_7d", "between", [24.99, 25.01]), [True, True]),  # (150 * 0.6 - 40) / 2
        (leaf("account_back_7d", "between", [3.74, 3.76]), [True, True]),  # pooled, not the mean of ratios
        (leaf("rank_profit_7d", "=", 1), [True, False]),
        (leaf("profit_7d", ">", "account_profit_7d * 1"), [True, False]),
    ):
        rule = compiled(asked, metrics=metrics)
        assert evaluate(rule, data).matched.tolist() == expected, asked


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("conversion_value * 0.6 - spend", "money"),
        ("spend / conversions", "money"),
        ("conversions * cpa", "money"),
        ("conversion_value / spend", "ratio"),
        ("clicks / impressions", "ratio"),
        ("(spend - 5) / days_active", "money"),
        ("0 - spend", "money"),
        ("conversions + clicks", "count"),
        ("spend * frequency", "money"),
        ("target_roas * 2", "ratio"),
        ("spend + conversions", ""),
        ("spend * spend", ""),
        ("1 / spend", ""),
    ],
)
def test_the_unit_is_worked_out_where_it_is_sure(formula: str, unit: str) -> None:
    assert field_of("mine", {"mine": formula}).unit == unit


def test_a_figure_of_another_unit_is_refused_and_one_without_unit_is_not() -> None:
    given = leaf("profit", ">", "conversions")
    assert "do not compare" in problems(document(given, metrics=PROFIT))["conditions.value"]
    parse(document(leaf("mine", ">", "conversions"), metrics={"mine": "spend * spend"}))


@pytest.mark.parametrize(
    ("metrics", "place", "words"),
    [
        ({"spend": "clicks * 2"}, "metrics.spend", "is a field already"),
        ({"profit_7d": "spend * 2"}, "metrics.profit_7d", "ends like a window; call it profit"),
        ({"parent_x": "spend * 2"}, "metrics.parent_x", "begins like a comparison"),
        ({"Profit": "spend * 2"}, "metrics.Profit", "is no name"),
        ({"class": "spend * 2"}, "metrics.class", "is no name"),
        ({"mine": "spnd * 2"}, "metrics.mine", "Did you mean"),
        ({"mine": "spend /"}, "metrics.mine", "neither a field nor an expression"),
        ({"mine": "spend / (2 - 2)"}, "metrics.mine", "divides by zero"),
        ({"mine": "name * 2"}, "metrics.mine", "arithmetic needs numbers"),
        ({"mine": "2 * 3"}, "metrics.mine", "names none"),
        ({"mine": "mine * 2"}, "metrics.mine", "mine is made of itself: mine → mine."),
        ({"a1": "b1 * 2", "b1": "a1 * 2"}, "metrics.a1", "a1 is made of itself: a1 → b1 → a1."),
        ({"a1": "b1 * 2", "b1": "c1 * 2", "c1": "d1 * 2", "d1": "spend * 2"}, "metrics.a1", "end after 3 steps"),
        ({f"m{i}": "spend * 2" for i in range(21)}, "metrics", "at most 20"),
        ({"mine": 5}, "metrics.mine", "valid string"),
        (["spend * 2"], "metrics", "valid dictionary"),
    ],
)
def test_a_faulty_metric_is_refused_in_its_place(metrics: Any, place: str, words: str) -> None:
    assert words in problems(document(leaf("spend_7d", ">", 1), metrics=metrics))[place]


def test_a_condition_on_a_faulty_metric_says_what_is_wrong_with_it() -> None:
    found = problems(document(leaf("mine", ">", 1), metrics={"mine": "spnd * 2"}))
    assert list(found) == ["metrics.mine", "conditions.field"]


def test_a_misspelt_metric_names_the_nearest() -> None:
    found = problems(document(leaf("proft_7d", ">", 1), metrics=PROFIT))
    assert "Did you mean profit_7d" in found["conditions.field"]
