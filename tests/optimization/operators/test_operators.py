"""What holds for every operator of the list."""

import pytest

from optimization.operators import ALL, OPERATORS, Operator

DESIGNED = "> >= < <= = != between not_between in not_in is is_not contains matches increasing decreasing stable"
BEYOND = "has_tag has_no_tag in_top in_bottom probably"


def test_every_operator_of_the_design_exists() -> None:
    assert set(OPERATORS) == {*DESIGNED.split(), "for_hours", "for_days", *BEYOND.split()}


@pytest.mark.parametrize("operator", ALL, ids=lambda operator: operator.key)
def test_an_operator_says_what_it_is(operator: Operator) -> None:
    assert operator.label
    assert operator.value_help
    assert operator.kinds
    assert operator.kinds <= {"number", "text", "tags"}
