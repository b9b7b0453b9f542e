"""`in_top` and `in_bottom`: who is compared, fair ties, small groups, no data."""

from typing import Any

import pytest

from optimization.rules.evaluate import evaluate
from optimization.rules.summary import conditions_text
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, document, frame, leaf, problems, verdicts

FIVE: dict[str, Any] = {"roas_7d": [5.0, 4.0, 3.0, 2.0, 1.0], "impressions_7d": [9.0] * 5, "parent_id": ["7"] * 5}


def top(*, operator: str = "in_top", **value: Any) -> dict[str, Any]:
    return leaf("roas_7d", operator, value)


def test_the_best_and_the_worst_fifth() -> None:
    assert verdicts(top(percent=20), None, **FIVE) == [TRUE, FALSE, FALSE, FALSE, FALSE]
    assert verdicts(top(percent=40, operator="in_bottom"), None, **FIVE) == [FALSE, FALSE, FALSE, TRUE, TRUE]
    assert verdicts({"not": top(count=2)}, None, **FIVE) == [FALSE, FALSE, TRUE, TRUE, TRUE]


def test_siblings_are_compared_with_each_other_and_the_account_as_a_whole() -> None:
    table: dict[str, Any] = {
        "roas_7d": [9.0, 8.0, 2.0, 1.0],
        "impressions_7d": [1.0] * 4,
        "parent_id": ["1", "1", "2", "2"],
    }
    assert verdicts(top(percent=50), None, **table) == [TRUE, FALSE, TRUE, FALSE]
    assert verdicts(top(percent=50, among="account"), None, **table) == [TRUE, TRUE, FALSE, FALSE]


def test_equal_values_share_one_fate() -> None:
    table: dict[str, Any] = {**FIVE, "roas_7d": [5.0, 5.0, 3.0, 0.0, 0.0]}
    assert verdicts(top(count=1), None, **table) == [FALSE] * 5  # two share the one place: neither has it
    assert verdicts(top(count=2), None, **table) == [TRUE, TRUE, FALSE, FALSE, FALSE]
    assert verdicts(top(count=3, operator="in_bottom"), None, **table) == [FALSE, FALSE, TRUE, TRUE, TRUE]


def test_a_percentage_is_at_most_that_share() -> None:
    """A fifth of four is none: pausing "the worst 20 %" of four must not pause a quarter."""
    table: dict[str, Any] = {name: values[:4] for name, values in FIVE.items()}
    assert verdicts(top(percent=20, operator="in_bottom"), None, **table) == [FALSE] * 4


def test_who_does_not_deliver_or_is_unknown_is_not_judged_and_takes_no_place() -> None:
    table: dict[str, Any] = {**FIVE, "impressions_7d": [0.0, None, 9.0, 9.0, 9.0]}
    assert verdicts(top(count=1), None, **table) == [NO_DATA, NO_DATA, TRUE, FALSE, FALSE]
    table = {**FIVE, "roas_7d": [None, 4.0, 3.0, 2.0, 1.0]}
    assert verdicts({"not": top(count=1)}, None, **table) == [NO_DATA, FALSE, TRUE, TRUE, TRUE]


def test_a_floor_keeps_small_volume_out() -> None:
    table: dict[str, Any] = {**FIVE, "spend_3d": [1.0, 60.0, None, 50.0, 90.0], "target_cpa": [10.0] * 5}
    asked = top(count=1, floor={"field": "spend_3d", "value": "target_cpa * 5"})
    assert verdicts(asked, None, **table) == [NO_DATA, TRUE, NO_DATA, FALSE, FALSE]


def test_zero_values_count_or_not() -> None:
    table: dict[str, Any] = {**FIVE, "roas_7d": [5.0, 4.0, 3.0, 0.0, 0.0]}
    assert verdicts(top(count=2, operator="in_bottom"), None, **table) == [FALSE, FALSE, FALSE, TRUE, TRUE]
    asked = top(count=1, operator="in_bottom", count_zeros=False)
    assert verdicts(asked, None, **table) == [FALSE, FALSE, TRUE, NO_DATA, NO_DATA]


@pytest.mark.parametrize("asked", [{"count": 1}, {"percent": 50}])
def test_an_only_one_is_neither_first_nor_last(asked: dict[str, Any]) -> None:
    table: dict[str, Any] = {"roas_7d": [5.0], "impressions_7d": [9.0], "parent_id": ["7"]}
    assert verdicts(top(**asked), None, **table) == [NO_DATA]
    assert verdicts(top(**asked, operator="in_bottom"), None, **table) == [NO_DATA]


def test_a_group_no_larger_than_the_count_tells_nothing() -> None:
    assert verdicts(top(count=5, operator="in_bottom"), None, **FIVE) == [NO_DATA] * 5


def test_the_trace_shows_the_border_and_how_far_it_is() -> None:
    found = evaluate(compiled(top(count=2)), frame(**FIVE)).traces()
    assert [(one["value"], one["threshold"]) for one in found] == [(5.0, 3.5), (4.0, 3.5)]
    assert [one["remark"] for one in found] == ["place 1 of 5 from the top", "place 2 of 5 from the top"]
    missed = evaluate(compiled({"any": [top(count=2), leaf("roas_7d", "<", 2)]}), frame(**FIVE)).traces()[-1]
    assert missed["children"][0]["near_miss"] == 2.5


def test_it_reads_as_a_sentence() -> None:
    asked = top(percent=20, floor={"field": "spend_14d", "value": 50}, count_zeros=False)
    text = evaluate(compiled(asked), frame(**FIVE)).rule.document
    assert conditions_text(text.conditions, "EUR") == (
        "ROAS in the last 7 days is in the top 20 % of its siblings with spend in the last 14 days of at least "
        "50.00 EUR and a value above zero"
    )


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (20, ""),
        ({}, ""),
        ({"percent": 20, "count": 2}, ""),
        ({"percent": 20, "from": "all"}, ""),
        ({"percent": 0}, ".percent"),
        ({"percent": 100}, ".percent"),
        ({"percent": True}, ".percent"),
        ({"count": 1.5}, ".count"),
        ({"count": 0}, ".count"),
        ({"count": 1, "among": "friends"}, ".among"),
        ({"count": 1, "count_zeros": "yes"}, ".count_zeros"),
        ({"count": 1, "floor": 50}, ".floor"),
        ({"count": 1, "floor": {"field": "spnd", "value": 50}}, ".floor.field"),
        ({"count": 1, "floor": {"field": "name", "value": 50}}, ".floor.field"),
        ({"count": 1, "floor": {"field": "spend", "value": "x y"}}, ".floor.value"),
    ],
)
def test_each_part_of_the_value_is_checked_in_its_place(value: object, place: str) -> None:
    assert list(problems(document(leaf("roas_7d", "in_top", value)))) == [f"conditions.value{place}"]


def test_a_text_has_no_top() -> None:
    assert list(problems(document(leaf("name", "in_top", {"count": 1})))) == ["conditions.operator"]
