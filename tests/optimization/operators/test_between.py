"""`between` and `not_between`."""

import pytest

from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, document, leaf, problems, verdicts

ROAS = [0.9, 1, 1.5, 2, 2.1, None]


def test_both_bounds_belong_to_the_range() -> None:
    assert verdicts(leaf("roas_7d", "between", [1, 2]), roas_7d=ROAS) == [FALSE, TRUE, TRUE, TRUE, FALSE, NO_DATA]


def test_outside_the_range_is_not_between() -> None:
    assert verdicts(leaf("roas_7d", "not_between", [1, 2]), roas_7d=ROAS) == [TRUE, FALSE, FALSE, FALSE, TRUE, NO_DATA]


def test_one_unknown_bound_leaves_it_open_unless_the_other_settles_it() -> None:
    condition = leaf("cpa_7d", "between", [10, "target_cpa"])
    said = verdicts(condition, cpa_7d=[5.0, 15.0], target_cpa=[None, None])
    assert said == [FALSE, NO_DATA]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (5, "conditions.value"),
        ([1], "conditions.value"),
        ([1, 2, 3], "conditions.value"),
        ([3, 1], "conditions.value"),
        ([1, "x"], "conditions.value[1]"),
    ],
)
def test_a_range_needs_two_values_in_order(value: object, place: str) -> None:
    assert list(problems(document(leaf("roas_7d", "between", value)))) == [place]
