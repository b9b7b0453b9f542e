"""`for_days` and `for_hours`."""

from typing import Any

import pytest

from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, document, leaf, past, problems, verdicts

# Three days, oldest first, of four entities: always under, once not, one day unknown, unknown but once not.
ROAS = past([0.5, 0.5, 0.5, None], [0.6, 1.2, None, None], [0.7, 0.7, 0.7, 1.5])


def for_days(days: int, operator: str = "<", value: Any = 1) -> dict[str, Any]:
    return leaf("roas", "for_days", {"days": days, "operator": operator, "value": value})


def test_it_held_only_if_it_held_in_every_day() -> None:
    assert verdicts(for_days(3), ROAS, spend_7d=[1.0] * 4) == [TRUE, FALSE, NO_DATA, FALSE]


def test_days_before_the_last_n_do_not_count() -> None:
    assert verdicts(for_days(1), ROAS, spend_7d=[1.0] * 4) == [TRUE, TRUE, TRUE, FALSE]


def test_its_negation_says_nothing_of_an_unknown_day() -> None:
    assert verdicts({"not": for_days(3)}, ROAS, spend_7d=[1.0] * 4) == [FALSE, TRUE, NO_DATA, TRUE]


def test_the_threshold_can_be_an_expression() -> None:
    said = verdicts(for_days(2, "<", "target_roas / 2"), past([0.4, 0.4], [0.4, 0.6]), target_roas=[1.0, 1.0])
    assert said == [TRUE, FALSE]


def test_a_range_can_be_asked_of_each_day() -> None:
    assert verdicts(for_days(2, "between", [0.5, 1]), past([0.5, 0.4], [1.0, 1.0]), spend_7d=[1.0] * 2) == [TRUE, FALSE]


def test_without_a_history_there_is_no_data() -> None:
    assert verdicts(for_days(3), None, spend_7d=[1.0]) == [NO_DATA]


def test_hours_work_like_days() -> None:
    condition = leaf("spend", "for_hours", {"hours": 2, "operator": ">", "value": 5})
    assert verdicts(condition, past([6.0, 6.0], [7.0, 5.0]), spend_7d=[1.0, 1.0]) == [TRUE, FALSE]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (3, ""),
        ({"days": 3}, ""),
        ({"hours": 3, "operator": "<", "value": 1}, ""),
        ({"days": 0, "operator": "<", "value": 1}, ".days"),
        ({"days": 29, "operator": "<", "value": 1}, ".days"),
        ({"days": True, "operator": "<", "value": 1}, ".days"),
        ({"days": 3, "operator": "contains", "value": 1}, ".operator"),
        ({"days": 3, "operator": "<", "value": "nonsense"}, ".value"),
        ({"days": 3, "operator": "between", "value": [1, "x y"]}, ".value[1]"),
    ],
)
def test_each_part_of_the_value_is_checked_in_its_place(value: object, place: str) -> None:
    assert list(problems(document(leaf("roas", "for_days", value)))) == [f"conditions.value{place}"]


def test_a_window_beside_the_days_is_refused() -> None:
    given = leaf("roas_7d", "for_days", {"days": 3, "operator": "<", "value": 1})
    assert "write roas, without a window" in problems(document(given))["conditions.operator"]


@pytest.mark.parametrize("field", ["daily_budget", "target_cpa", "ctr_trend_7d", "days_active"])
def test_a_field_without_days_is_refused(field: str) -> None:
    given = leaf(field, "for_days", {"days": 3, "operator": "<", "value": 1})
    assert list(problems(document(given))) == ["conditions.operator"]
