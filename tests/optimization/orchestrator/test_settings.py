"""Settings that cannot be meant are refused, and the text names the field."""

from decimal import Decimal
from typing import Any

import pytest

from optimization.models import OrchestratorSettings
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import checked_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minutes_per_kind", {"pause": "abc"}),
        ("minutes_per_kind", {"pause": -1}),
        ("minutes_per_kind", {"pause": float("nan")}),
        ("minutes_per_kind", {"pause": True}),
        ("minutes_per_kind", {"paws": 3}),
        ("minutes_per_kind", ["pause"]),
        ("winner_min_hours", -1),
        ("loser_min_hours", -0.5),
        ("promotion_cooldown_hours", -1),
        ("scaling_cooldown_hours", float("nan")),
        ("interval_hours", 0.5),
        ("max_daily_budget", Decimal(0)),
        ("learning_share", 1.5),
        ("countries", ["Germany"]),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(GoalRefused) as refused:
        checked_settings(OrchestratorSettings(**{name: value}))
    assert str(refused.value).startswith(f"{name}: ")


def test_what_is_shipped_and_minutes_of_ones_own_are_taken() -> None:
    row = OrchestratorSettings(minutes_per_kind={"pause": 2.5, "duplicate": 0}, winner_min_hours=0)
    assert checked_settings(row) is row
