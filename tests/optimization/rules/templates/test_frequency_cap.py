"""Frequency cap."""

from datetime import timedelta

import pytest

from metaads.models import Level
from tests.factories.intelligence import reading
from tests.optimization.rules.templates.worlds import NOW, asked, row, world

pytestmark = pytest.mark.django_db


def reached(frequency: float, sold: float) -> list[str]:
    """Which ad sets match at this 7-day frequency, with so many sales a day this week and 2 before."""
    account = world(Level.AD_SET, lambda ago: {"11": row(20, sold=sold if ago < 8 else 2)}, {"11": {}}, days=31)
    yesterday = NOW.date() - timedelta(days=1)
    reading(account, Level.AD_SET, yesterday, NOW, {"11": {"reach": 7000 / frequency}}, "7d")
    found = asked("frequency_cap", account, Level.AD_SET)
    assert found.changes == ({"11": ("daily_budget", 10_000, 7_500)} if found.matched else {})
    return found.matched


def test_a_worn_audience_that_got_dear_gets_a_quarter_less() -> None:
    assert reached(5.1, sold=1) == ["11"]


def test_fewer_views_or_steady_results_are_left_alone() -> None:
    assert reached(4.9, sold=1) == []
    assert reached(5.1, sold=2) == []


def test_an_unknown_reach_fires_nothing() -> None:
    account = world(Level.AD_SET, lambda ago: {"11": row(20, sold=1 if ago < 8 else 2)}, {"11": {}}, days=31)
    assert asked("frequency_cap", account, Level.AD_SET).matched == []
