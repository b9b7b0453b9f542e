"""Creative fatigue."""

from tests.optimization.rules.templates.adopted import said

TIRED: dict[str, float | str | None] = {"frequency_7d": 3.6, "ctr_trend_7d": -16}


def test_it_fires_on_tired_ads() -> None:
    assert said("creative_fatigue", TIRED) == "true"


def test_it_holds_at_each_threshold() -> None:
    changes: list[dict[str, float | str | None]] = [{"frequency_7d": 3.5}, {"ctr_trend_7d": -15}]
    for change in changes:
        assert said("creative_fatigue", TIRED | change) == "false"


def test_an_unknown_reach_is_no_data() -> None:
    assert said("creative_fatigue", TIRED | {"frequency_7d": None}) == "no data"
