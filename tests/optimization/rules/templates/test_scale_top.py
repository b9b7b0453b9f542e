"""Top-20 % scale."""

import pytest

from metaads.models import Level
from tests.factories.intelligence import Row
from tests.optimization.rules.templates.worlds import asked, row, world

pytestmark = pytest.mark.django_db


def best(top: Row, rest: float = 40, **columns: str) -> dict[str, tuple[str, int | str, int | str]]:
    """What changes where ad set 10 has this row each day, and 11 to 19 spend 20 for so much worth."""
    rows = {"10": top, **{str(i): row(20, sold=1, worth=rest - i) for i in range(11, 20)}}
    entities = {name: columns if name == "10" else {} for name in rows}
    return dict(asked("scale_top", world(Level.AD_SET, lambda ago: rows, entities), Level.AD_SET).changes)


def test_the_best_fifth_of_the_account_gets_a_little_more() -> None:
    assert best(row(20, sold=1, worth=80), rest=50) == {
        "10": ("daily_budget", 10_000, 11_500),
        "11": ("daily_budget", 10_000, 11_500),
    }


def test_the_best_of_a_bad_lot_is_left_alone() -> None:
    assert best(row(20, sold=1, worth=29)) == {}


def test_a_lucky_small_one_and_a_paused_one_are_not_scaled() -> None:
    assert "10" not in best(row(10, sold=1, worth=80), rest=50)
    assert "10" not in best(row(20, sold=0.5, worth=80), rest=50)
    assert "10" not in best(row(20, sold=1, worth=80), rest=50, status="PAUSED", effective_status="PAUSED")
