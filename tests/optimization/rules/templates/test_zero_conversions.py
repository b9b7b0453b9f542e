"""Zero conversions stop loss."""

from tests.optimization.rules.templates.adopted import said

QUIET = {"spend_7d": 51, "conversions_7d": 0, "impressions_7d": 1001}


def test_it_fires_where_much_was_spent_for_nothing() -> None:
    assert said("zero_conversions", QUIET) == "true"


def test_it_holds_at_each_threshold() -> None:
    for change in ({"spend_7d": 50}, {"conversions_7d": 1}, {"impressions_7d": 1000}):
        assert said("zero_conversions", QUIET | change) == "false"


def test_unreported_conversions_are_not_zero_conversions() -> None:
    assert said("zero_conversions", QUIET | {"conversions_7d": None}) == "no data"
