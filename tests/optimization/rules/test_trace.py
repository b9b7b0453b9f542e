"""The trace: what each condition found, and how near a miss was."""

import json
from typing import Any

import pytest

from optimization.rules.evaluate import evaluate
from optimization.rules.sheet import Context
from optimization.rules.trace import trace
from tests.optimization.rules.build import compiled, frame, leaf, past

TREE = {"all": [leaf("spend_7d", ">", 50), {"not": leaf("cpa_7d", "<=", "target_cpa * 2")}]}
DATA = frame(spend_7d=[60, 40, None], cpa_7d=[41.2, 10, None], target_cpa=[20, 20, 20])


def test_a_leaf_holds_value_threshold_window_age_and_result() -> None:
    found = trace(compiled(TREE), DATA, 0)["children"][1]["children"][0]
    assert found == {
        "node": "leaf",
        "path": "conditions.all[1].not",
        "field": "cpa_7d",
        "label": "CPA",
        "base": "cpa",
        "window": "7d",
        "unit": "money",
        "operator": "<=",
        "value": 41.2,
        "threshold": 40.0,
        "expression": "target CPA × 2",
        "result": "false",
        "age_minutes": 4,
        "near_miss": -1.2,
        "remark": "",
        "text": "CPA in the last 7 days is at most target CPA × 2",
    }


def test_groups_hold_the_result_of_their_children() -> None:
    rule = compiled(TREE)
    results = [[trace(rule, DATA, i)["result"], trace(rule, DATA, i)["children"][1]["result"]] for i in range(3)]
    assert results == [["true", "true"], ["false", "false"], ["no data", "no data"]]


def test_an_unknown_value_is_null_with_no_near_miss() -> None:
    found = trace(compiled(TREE), DATA, 2)["children"][0]
    assert (found["value"], found["result"], found["near_miss"]) == (None, "no data", None)


def test_only_matches_are_traced_unless_asked() -> None:
    outcome = evaluate(compiled(TREE), DATA)
    assert len(outcome.traces()) == 1
    assert outcome.traces()[0] == trace(compiled(TREE), DATA, 0)


@pytest.mark.parametrize(
    ("condition", "value", "near"),
    [
        (leaf("ctr_7d", ">", 2), 1.9, 0.1),
        (leaf("ctr_7d", "<", 2), 2.5, -0.5),
        (leaf("ctr_7d", "between", [1, 2]), 2.5, -0.5),
        (leaf("ctr_7d", "between", [1, 2]), 0.5, 0.5),
        (leaf("ctr_7d", "not_between", [1, 2]), 1.9, 0.1),
        (leaf("ctr_7d", "not_between", [1, 2]), 1.1, -0.1),
        (leaf("ctr_7d", "in", [1, 2]), 3.0, None),
    ],
)
def test_a_near_miss_says_how_far_it_was(condition: dict[str, Any], value: float, near: float | None) -> None:
    found = trace(compiled(condition), frame(ctr_7d=[value]), 0)
    assert found["result"] == "false"
    assert found["near_miss"] == near


@pytest.mark.parametrize(
    ("word", "value", "near"),
    [("increasing", 3.0, 2.0), ("decreasing", -3.0, -2.0), ("stable", 7.0, -2.0), ("stable", -7.0, 2.0)],
)
def test_a_near_miss_of_a_trend_word(word: str, value: float, near: float) -> None:
    assert trace(compiled(leaf("ctr", word)), frame(ctr_trend_7d=[value]), 0)["near_miss"] == near


def test_bounds_members_and_texts_are_shown_as_thresholds() -> None:
    data = frame(ctr_7d=[1.0], name=["x"])
    assert trace(compiled(leaf("ctr_7d", "between", [1, 2])), data, 0)["threshold"] == [1, 2]
    assert trace(compiled(leaf("name", "is", "y")), data, 0)["threshold"] == "y"
    assert trace(compiled(leaf("name", "in", ["y", "z"])), data, 0)["threshold"] == ["y", "z"]
    assert trace(compiled(leaf("ctr", "stable")), data, 0)["threshold"] is None


def test_a_duration_shows_every_day() -> None:
    condition = leaf("roas", "for_days", {"days": 2, "operator": "<", "value": 1})
    context = Context(past([0.5], [None]))
    found = trace(compiled(condition), frame(spend_7d=[1]), 0, context)
    assert (found["value"], found["result"]) == ([0.5, None], "no data")


def test_a_trace_is_plain_json() -> None:
    for i in range(3):
        found = trace(compiled(TREE), DATA, i)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
