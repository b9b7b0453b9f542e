"""Night watch."""

from datetime import datetime, timedelta

import pytest

from metaads.models import Level
from tests.factories.intelligence import reading
from tests.optimization.rules.templates.worlds import NOW, asked, row, same, world

pytestmark = pytest.mark.django_db

NIGHT = NOW.replace(hour=23)


def last_hour(spent: float, now: datetime = NIGHT) -> list[str]:
    """A campaign of 200 a day that spent so much within the last hour."""
    account = world(Level.CAMPAIGN, same(x11=row(100 + spent)), {"11": {"daily_budget": 20_000}}, now=now)
    hour_ago = now - timedelta(hours=1)
    reading(account, Level.CAMPAIGN, now.date(), hour_ago, {"11": row(100)})
    found = asked("night_watch", account, Level.CAMPAIGN, now)
    assert found.changes == {}
    return found.matched


def test_a_seventh_of_the_budget_within_an_hour_of_the_night_is_told() -> None:
    assert last_hour(31) == ["11"]


def test_a_usual_hour_and_the_day_are_left_alone() -> None:
    assert last_hour(30) == []
    assert last_hour(31, NOW) == []


def test_an_hour_that_nobody_read_tells_nothing() -> None:
    account = world(Level.CAMPAIGN, same(x11=row(190)), {"11": {"daily_budget": 20_000}}, now=NIGHT)
    assert asked("night_watch", account, Level.CAMPAIGN, NIGHT).matched == []
