"""`in` and `not_in`."""

import pytest

from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, document, leaf, problems, verdicts

STATUS = ["ACTIVE", "PAUSED", "ARCHIVED", ""]


def test_a_text_is_one_of_the_list() -> None:
    condition = leaf("effective_status", "in", ["ACTIVE", "PAUSED"])
    assert verdicts(condition, effective_status=STATUS) == [TRUE, TRUE, FALSE, NO_DATA]


def test_a_text_is_none_of_the_list() -> None:
    condition = leaf("effective_status", "not_in", ["ACTIVE", "PAUSED"])
    assert verdicts(condition, effective_status=STATUS) == [FALSE, FALSE, TRUE, NO_DATA]


def test_a_list_of_one_works_alike() -> None:
    condition = leaf("effective_status", "in", ["ACTIVE"])
    assert verdicts(condition, effective_status=STATUS) == [TRUE, FALSE, FALSE, NO_DATA]


def test_a_number_is_one_of_the_list() -> None:
    assert verdicts(leaf("conversions_7d", "in", [1, 3]), conversions_7d=[1, 2, 3, None]) == [
        TRUE,
        FALSE,
        TRUE,
        NO_DATA,
    ]


def test_an_unknown_member_keeps_not_in_open_unless_another_one_is_met() -> None:
    condition = leaf("cpa_7d", "not_in", [5, "target_cpa"])
    assert verdicts(condition, cpa_7d=[5.0, 6.0], target_cpa=[None, None]) == [FALSE, NO_DATA]


@pytest.mark.parametrize(
    ("value", "place"),
    [([], "value"), ("ACTIVE", "value"), (["ACTIVE", 3], "value[1]"), (["x"] * 1001, "value")],
)
def test_a_list_must_hold_what_the_field_can_be(value: object, place: str) -> None:
    assert list(problems(document(leaf("effective_status", "in", value)))) == [f"conditions.{place}"]
