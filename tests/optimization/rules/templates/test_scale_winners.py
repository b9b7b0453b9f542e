"""Scale high-ROAS winners."""

from tests.optimization.rules.templates.adopted import said

WINNER: dict[str, float | str | None] = {"roas_7d": 2.6, "spend_7d": 101, "conversions_7d": 10}


def test_it_fires_on_proven_winners() -> None:
    assert said("scale_winners", WINNER) == "true"


def test_it_holds_at_each_threshold() -> None:
    changes: list[dict[str, float | str | None]] = [{"roas_7d": 2.5}, {"spend_7d": 100}, {"conversions_7d": 9}]
    for change in changes:
        assert said("scale_winners", WINNER | change) == "false"


def test_an_unknown_roas_is_no_data() -> None:
    assert said("scale_winners", WINNER | {"roas_7d": None}) == "no data"
