"""Sales stopped."""

from datetime import timedelta

import pytest

from metaads.models import Level
from tests.factories.intelligence import reading
from tests.optimization.rules.templates.worlds import NOW, Rows, asked, row, world

pytestmark = pytest.mark.django_db


def sold(today: float, clicks: float = 120, before: float = 3, status: str = "ACTIVE") -> list[str]:
    """A campaign with so many sales a day before, and so many since 18:00 of yesterday."""
    day = row(50, sold=before, worth=1, clicks=150)
    rows: Rows = lambda ago: {"11": day if ago else row(60, sold=today, worth=1, clicks=clicks)}  # noqa: E731
    account = world(Level.CAMPAIGN, rows, {"11": {"status": status, "effective_status": status}})
    day_ago = NOW - timedelta(days=1)
    reading(account, Level.CAMPAIGN, day_ago.date(), day_ago, {"11": day})
    found = asked("sales_stopped", account, Level.CAMPAIGN)
    assert found.changes == {}
    return found.matched


def test_a_campaign_that_sold_daily_and_now_nothing_is_told() -> None:
    assert sold(0) == ["11"]


def test_a_sale_few_clicks_rare_sales_or_a_pause_are_fine() -> None:
    assert sold(1) == []
    assert sold(0, clicks=90) == []
    assert sold(0, before=1) == []
    assert sold(0, status="PAUSED") == []
