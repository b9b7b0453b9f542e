"""Relaunch when CPA recovers."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import asked, row, same, world

pytestmark = pytest.mark.django_db

PAUSED = {"status": "PAUSED", "effective_status": "PAUSED"}


def test_a_paused_ad_set_whose_late_sales_made_it_cheap_is_switched_on() -> None:
    rows = same(x11=row(17, sold=1), x12=row(19, sold=1), x13=row(17))
    account = world(Level.AD_SET, rows, dict.fromkeys(("11", "12", "13"), PAUSED), target_cpa=20)
    found = asked("relaunch_recovered", account, Level.AD_SET)
    assert found.matched == ["11"]
    assert found.changes == {"11": ("status", "PAUSED", "ACTIVE")}


def test_what_runs_and_what_rests_since_long_are_left_alone() -> None:
    rows = lambda ago: {"11": row(17, sold=1), "12": row(17, sold=1) if ago > 7 else row(0, views=0)}  # noqa: E731
    account = world(Level.AD_SET, rows, {"11": {}, "12": PAUSED}, target_cpa=20)
    assert asked("relaunch_recovered", account, Level.AD_SET).matched == []


def test_without_a_target_nothing_is_switched_on() -> None:
    account = world(Level.AD_SET, same(x11=row(17, sold=1)), {"11": PAUSED})
    assert asked("relaunch_recovered", account, Level.AD_SET).matched == []
