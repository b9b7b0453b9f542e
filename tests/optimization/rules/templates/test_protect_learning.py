"""Protect learning phase."""

from tests.optimization.rules.templates.adopted import said

YOUNG: dict[str, float | str | None] = {"learning_phase": "LEARNING", "days_active": 6}


def test_it_fires_on_young_learners() -> None:
    assert said("protect_learning", YOUNG) == "true"


def test_it_holds_for_the_old_and_the_learned() -> None:
    changes: list[dict[str, float | str | None]] = [
        {"days_active": 7},
        {"learning_phase": "ACTIVE"},
        {"learning_phase": "LEARNING_LIMITED"},
    ]
    for change in changes:
        assert said("protect_learning", YOUNG | change) == "false"


def test_an_absent_learning_stage_is_no_data() -> None:
    assert said("protect_learning", YOUNG | {"learning_phase": ""}) == "no data"
