"""Overspend guard."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import asked, row, same, world

pytestmark = pytest.mark.django_db

BUDGET = {"daily_budget": 10_000}


def test_a_day_far_over_budget_without_a_sale_is_paused() -> None:
    rows = same(x11=row(126), x12=row(124), x13=row(140, sold=1))
    account = world(Level.AD_SET, rows, dict.fromkeys(("11", "12", "13"), BUDGET))
    found = asked("overspend_guard", account, Level.AD_SET)
    assert found.matched == ["11"]
    assert found.changes == {"11": ("status", "ACTIVE", "PAUSED")}
    assert found.document["actions"][0]["timed"] == {"today_only": True}


def test_a_dear_day_over_budget_is_paused_and_a_cheap_one_is_not() -> None:
    rows = same(x11=row(140, sold=4), x12=row(140, sold=5))
    account = world(Level.AD_SET, rows, dict.fromkeys(("11", "12"), BUDGET), target_cpa=20)
    assert asked("overspend_guard", account, Level.AD_SET).matched == ["11"]


def test_an_ad_set_under_a_campaign_budget_is_left_alone() -> None:
    account = world(Level.AD_SET, same(x11=row(500)), {"11": {"daily_budget": None}})
    assert asked("overspend_guard", account, Level.AD_SET).matched == []
