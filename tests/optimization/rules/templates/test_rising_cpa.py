"""Rising CPA for 3 days."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import Rows, asked, row, world

pytestmark = pytest.mark.django_db


def dear(*sold: float) -> Rows:
    """A hundred dollars a day; sales of the last three days, oldest first, and 10 a day before."""
    return lambda ago: {"11": row(100, sold=sold[3 - ago] if 1 <= ago <= 3 else 10)}


def test_three_dear_days_each_dearer_lower_the_budget() -> None:
    account = world(Level.AD_SET, dear(4.5, 4, 3), {"11": {}}, target_cpa=20)
    found = asked("rising_cpa", account, Level.AD_SET)
    assert found.changes == {"11": ("daily_budget", 10_000, 8_000)}


@pytest.mark.parametrize("sold", [(5, 4, 3), (3, 4, 4.5), (4, 4, 4), (2.1, 1.9, 1.8)])
def test_a_day_on_target_a_falling_or_level_cpa_or_few_sales_do_not(sold: tuple[float, ...]) -> None:
    account = world(Level.AD_SET, dear(*sold), {"11": {}}, target_cpa=20)
    assert asked("rising_cpa", account, Level.AD_SET).matched == []


def test_without_a_target_nothing_is_lowered() -> None:
    account = world(Level.AD_SET, dear(4.5, 4, 3), {"11": {}})
    assert asked("rising_cpa", account, Level.AD_SET).matched == []
