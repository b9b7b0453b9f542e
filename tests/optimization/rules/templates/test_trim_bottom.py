"""Bottom-20 % trim."""

import pytest

from metaads.models import Level
from tests.factories.intelligence import Row
from tests.optimization.rules.templates.worlds import asked, row, world

pytestmark = pytest.mark.django_db


def worst(bottom: Row, rest: float = 60) -> dict[str, tuple[str, int | str, int | str]]:
    """What changes where ad set 10 has this row each day, and 11 to 19 spend 20 for so much worth."""
    rows = {"10": bottom, **{str(i): row(20, sold=1, worth=rest + i) for i in range(11, 20)}}
    account = world(Level.AD_SET, lambda ago: rows, {name: {} for name in rows})
    return dict(asked("trim_bottom", account, Level.AD_SET).changes)


def test_the_worst_of_the_account_gets_a_little_less_also_if_it_sold_nothing() -> None:
    assert worst(row(20, sold=1, worth=30)) == {"10": ("daily_budget", 10_000, 8_500)}
    assert worst(row(20)) == {"10": ("daily_budget", 10_000, 8_500)}


def test_the_worst_of_a_good_lot_and_a_small_one_are_left_alone() -> None:
    assert worst(row(20, sold=1, worth=60)) == {}
    assert worst(row(10)) == {}


def test_unreported_results_are_no_place() -> None:
    told = {name: value for name, value in row(20).items() if not name.startswith("action")}
    assert worst(told) == {}
