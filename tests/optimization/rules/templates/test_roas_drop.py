"""ROAS drop against last week."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import Rows, asked, row, world

pytestmark = pytest.mark.django_db


def weeks(now_worth: float, before: float = 60, sold: float = 2, spend_before: float = 20) -> Rows:
    """Twenty dollars a day; so much worth a day in the last 7 days, and in the 7 before."""
    last = row(20, sold=sold, worth=now_worth)
    return lambda ago: {"11": last if ago < 8 else row(spend_before, sold=sold, worth=before)}


def test_a_third_less_than_the_week_before_lowers_the_budget() -> None:
    account = world(Level.AD_SET, weeks(40), {"11": {}})
    found = asked("roas_drop", account, Level.AD_SET)
    assert found.changes == {"11": ("daily_budget", 10_000, 8_000)}


@pytest.mark.parametrize("rows", [weeks(41), weeks(40, sold=1), weeks(13, before=20, spend_before=9)])
def test_a_usual_swing_few_sales_or_a_small_week_before_do_not(rows: Rows) -> None:
    account = world(Level.AD_SET, rows, {"11": {}})
    assert asked("roas_drop", account, Level.AD_SET).matched == []


def test_an_ad_set_without_a_week_before_fires_nothing() -> None:
    account = world(Level.AD_SET, weeks(10), {"11": {}}, days=8)
    assert asked("roas_drop", account, Level.AD_SET).matched == []
