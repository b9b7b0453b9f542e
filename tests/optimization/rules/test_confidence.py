"""How sure a rule is of a match: the least sure leaf of an AND, the surest of an OR, 1 where all is counted."""

from typing import Any

import numpy as np
import pytest

from optimization.rules.confidence import EXACT, UNKNOWN, confidences, explained
from optimization.rules.evaluate import evaluate
from tests.optimization.operators.test_evidence import account
from tests.optimization.rules.build import compiled, frame, leaf

SPENT = leaf("spend_7d", ">", 90)
DEAR = leaf("cpa_7d", ">", 30)
CHEAP = leaf("cpa_7d", "<=", 30)


def table(spend: list[float | None], conversions: list[float | None]) -> dict[str, Any]:
    made = account(spend, conversions)
    pairs = zip(made["spend_7d"], made["conversions_7d"], strict=True)
    return {**made, "cpa_7d": [one / many if one is not None and many else None for one, many in pairs]}


def sure(conditions: Any, data: dict[str, Any], row: int = 0) -> float:
    rule = compiled(conditions)
    outcome = evaluate(rule, frame(**data))
    return float(confidences(rule, outcome.sheet, np.array([row]))[0])


def test_counts_and_sums_are_known_as_they_are() -> None:
    data = table([400.0], [0.0])
    rule = compiled({"all": [SPENT, leaf("conversions_7d", "=", 0)]})
    outcome = evaluate(rule, frame(**data))
    assert [(one.value, one.note) for one in explained(rule, outcome.sheet, outcome.rows[:1])] == [(1.0, EXACT)]


def test_more_conversions_make_the_same_cpa_surer() -> None:
    data = table([120.0, 1200.0], [3.0, 30.0])
    few, many = sure(DEAR, data, 0), sure(DEAR, data, 1)
    assert 0.3 < few < 0.9 < many < 1


def test_the_least_sure_leaf_of_an_and_counts_and_is_named() -> None:
    data = table([120.0], [3.0])
    rule = compiled({"all": [SPENT, DEAR, leaf("cpa_7d", ">", 10)]})
    outcome = evaluate(rule, frame(**data))
    found = explained(rule, outcome.sheet, outcome.rows[:1])[0]
    assert found.value == pytest.approx(sure(DEAR, data))
    assert found.note == "Least sure: CPA in the last 7 days is over 30.00."


def test_the_surest_leaf_that_holds_of_an_or_counts() -> None:
    data = table([120.0], [3.0])
    assert sure({"any": [SPENT, DEAR]}, data) == 1
    assert sure({"any": [leaf("spend_7d", ">", 999), DEAR]}, data) == pytest.approx(sure(DEAR, data))


def test_a_negation_is_as_sure_as_its_mirror() -> None:
    data = table([120.0], [3.0])
    assert sure({"not": CHEAP}, data) == pytest.approx(sure(DEAR, data))
    assert sure({"not": DEAR}, data) == pytest.approx(1 - sure(DEAR, data))


def test_a_range_has_the_probability_between_its_bounds() -> None:
    data = table([120.0], [3.0])
    inside = sure(leaf("cpa_7d", "between", [30, 60]), data)
    assert inside == pytest.approx(sure(DEAR, data) - sure(leaf("cpa_7d", ">", 60), data))
    assert sure(leaf("cpa_7d", "not_between", [30, 60]), data) == pytest.approx(1 - inside)


def test_evidence_is_as_sure_as_it_says() -> None:
    data = table([400.0], [0.0])
    asked = leaf("cpa_7d", "probably", {"operator": ">", "value": 30, "probability": 90})
    assert sure(asked, data) == pytest.approx(sure(DEAR, data))
    assert sure(asked, data) > 0.9


def test_a_ranking_is_judged_against_its_border() -> None:
    data = table([120.0, 1200.0], [1.0, 10.0])
    data["impressions_7d"] = [9.0] * 42
    rule = compiled(leaf("cpa_7d", "in_top", {"count": 2}))
    outcome = evaluate(rule, frame(**data))
    few, many = confidences(rule, outcome.sheet, np.array([0, 1]))
    assert outcome.rows.tolist() == [0, 1]
    assert few < many


def test_a_rate_whose_data_are_missing_has_no_confidence() -> None:
    rule = compiled(DEAR)
    outcome = evaluate(rule, frame(cpa_7d=[50.0], parent_id=["7"]))
    assert [(one.value, one.note) for one in explained(rule, outcome.sheet, outcome.rows)] == [(None, UNKNOWN)]


@pytest.mark.parametrize(
    ("formula", "like", "wanted"),
    [
        ("spend / conversions", "cpa_7d", 30),
        ("spend_7d / conversions_7d", "cpa_7d", 30),
        ("conversion_value / spend", "roas_7d", 1.5),
    ],
)
def test_a_metric_of_ones_own_that_is_a_rate_is_judged_like_one(formula: str, like: str, wanted: float) -> None:
    data = table([120.0], [3.0])
    value = [50.0 * (one or 0) for one in data["conversions_7d"]]
    data |= {"conversion_value_7d": value, "roas_7d": [one / 120 for one in value]}
    rule = compiled(leaf("mine", ">", wanted), metrics={"mine": formula})
    outcome = evaluate(rule, frame(**data))
    found = float(confidences(rule, outcome.sheet, np.array([0]))[0])
    assert found == pytest.approx(sure(leaf(like, ">", wanted), data))
    assert 0 < found < 1


@pytest.mark.parametrize(
    "formula", ["conversion_value * 0.6 - spend", "conversion_value / conversions", "spend / reach"]
)
def test_any_other_metric_of_ones_own_is_exact(formula: str) -> None:
    data = table([120.0], [3.0])
    data |= {"conversion_value_7d": [900.0] * 41, "reach_7d": [2.0] * 41}
    rule = compiled(leaf("mine", ">", 1), metrics={"mine": formula})
    outcome = evaluate(rule, frame(**data))
    assert explained(rule, outcome.sheet, np.array([0]))[0].note == EXACT


def test_clicks_for_a_conversion_of_ones_own_may_be_over_one() -> None:
    data = table([120.0], [3.0])
    data["clicks_7d"] = [30.0 * (one or 1) for one in data["conversions_7d"]]
    rule = compiled(leaf("mine", ">", 20), metrics={"mine": "clicks / conversions"})
    outcome = evaluate(rule, frame(**data))
    assert float(confidences(rule, outcome.sheet, np.array([0]))[0]) > 0.9
