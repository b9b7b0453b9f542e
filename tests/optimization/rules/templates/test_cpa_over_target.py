"""CPA exceeds 2x target."""

from tests.optimization.rules.templates.adopted import said

DEAR = {"cpa_7d": 41, "target_cpa": 20, "conversions_7d": 3, "spend_7d": 101}


def test_it_fires_over_twice_the_target() -> None:
    assert said("cpa_over_target", DEAR) == "true"


def test_it_holds_at_each_threshold() -> None:
    for change in ({"cpa_7d": 40}, {"conversions_7d": 2}, {"spend_7d": 100}):
        assert said("cpa_over_target", DEAR | change) == "false"


def test_without_a_target_there_is_no_data() -> None:
    assert said("cpa_over_target", DEAR | {"target_cpa": None}) == "no data"
