"""`probably`: the posterior decides, not the measured rate."""

from typing import Any

import pytest

from optimization.rules.evaluate import evaluate
from optimization.rules.summary import conditions_text
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, document, frame, leaf, problems, verdicts


def probably(operator: str, value: Any, probability: float = 90, field: str = "cpa_7d") -> dict[str, Any]:
    return leaf(field, "probably", {"operator": operator, "value": value, "probability": probability})


def account(spend: list[float | None], conversions: list[float | None]) -> dict[str, Any]:
    """The given ad sets among 40 others, with a CPA of 10 to 100 and 20 on average."""
    others = [float(3 * n) for n in (1, 2, 3, 5, 6, 8, 10, 5)] * 5
    return {
        "spend_7d": [*spend, *([300.0] * 40)],
        "conversions_7d": [*conversions, *others],
        "parent_id": ["7"] * (40 + len(spend)),
    }


def first(conditions: Any, count: int, table: dict[str, Any]) -> list[str]:
    return verdicts(conditions, None, **table)[:count]


def test_much_spend_without_a_conversion_is_evidence_and_little_is_none() -> None:
    """A comparison has no CPA to compare here: without conversions there is none."""
    table = account([400.0, 25.0], [0.0, 0.0])
    assert first(probably(">", 40), 2, table) == [TRUE, FALSE]
    assert first(leaf("cpa_7d", ">", 40), 2, table) == [NO_DATA, NO_DATA]


def test_one_conversion_after_little_spend_is_not_believed() -> None:
    """50 for the one conversion that was: measured above 40, and yet not probably."""
    table = account([50.0, 2000.0], [1.0, 30.0])
    assert first(leaf("cpa_7d", ">", 40), 2, {**table, "cpa_7d": [50.0] * 42}) == [TRUE, TRUE]
    assert first(probably(">", 40), 2, table) == [FALSE, TRUE]


def test_unknown_figures_say_nothing_either_way() -> None:
    table = account([None, 400.0, 0.0], [0.0, None, 0.0])
    assert first(probably(">", 40), 3, table) == [NO_DATA] * 3
    assert first({"not": probably(">", 40)}, 3, table) == [NO_DATA] * 3


def test_under_is_the_mirror_of_over() -> None:
    table = account([400.0, 100.0], [60.0, 5.0])
    assert first(probably("<", 15), 2, table) == [TRUE, FALSE]


def test_the_threshold_can_be_a_field() -> None:
    table = account([400.0, 400.0], [0.0, 0.0])
    table["target_cpa"] = [20.0, None, *([20.0] * 40)]
    assert first(probably(">", "target_cpa"), 2, table) == [TRUE, NO_DATA]


def test_the_trace_says_how_probable_it_is() -> None:
    outcome = evaluate(compiled(probably(">", 40)), frame(**account([400.0], [0.0])))
    leaf_ = outcome.traces()[0]
    assert leaf_["remark"].endswith(" % probable")
    assert leaf_["value"] is None
    assert float(leaf_["remark"].split()[0]) >= 90


def test_it_reads_as_a_sentence() -> None:
    text = conditions_text(compiled(probably(">", "target_cpa * 1.5", 80)).document.conditions, "EUR")
    assert text == "CPA in the last 7 days is over target CPA × 1.5 with a probability of at least 80 %"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (40, ""),
        ({"operator": ">", "value": 40}, ""),
        ({"operator": "=", "value": 40, "probability": 90}, ".operator"),
        ({"operator": ">", "value": "x y", "probability": 90}, ".value"),
        ({"operator": ">", "value": 40, "probability": 0.9}, ".probability"),
        ({"operator": ">", "value": 40, "probability": 100}, ".probability"),
        ({"operator": ">", "value": 40, "probability": True}, ".probability"),
    ],
)
def test_each_part_of_the_value_is_checked_in_its_place(value: object, place: str) -> None:
    assert list(problems(document(leaf("cpa_7d", "probably", value)))) == [f"conditions.value{place}"]


@pytest.mark.parametrize("field", ["spend_7d", "frequency_7d", "ctr_trend_7d", "daily_budget", "parent_cpa_7d"])
def test_what_is_known_exactly_is_compared_directly(field: str) -> None:
    given = probably(">", 1, field=field)
    assert "compare it directly" in problems(document(given))["conditions.operator"]
