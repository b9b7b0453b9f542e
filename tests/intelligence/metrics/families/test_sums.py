"""Sums: as stored, unknown where not."""

import pytest

from tests.intelligence.metrics.frames import NAN, frame, values


def test_a_sum_is_the_stored_column() -> None:
    assert values(frame(spend_7d=[1.5, NAN]), "spend_7d") == [1.5, None]


def test_any_action_type_is_a_field() -> None:
    assert values(frame(actions__lead_3d=[4]), "actions.lead_3d") == [4]


@pytest.mark.parametrize("name", ["spend_today", "reach_14d", "actions.lead"])
def test_a_sum_that_nobody_stored_is_unknown_and_not_zero(name: str) -> None:
    assert values(frame(spend_7d=[1]), name) == [None]
