"""Weekend boost."""

from datetime import datetime, timedelta

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import NOW, asked, row, same, world

pytestmark = pytest.mark.django_db
GOOD, POOR = row(20, sold=2, worth=70), row(20, sold=2, worth=30)


def test_on_friday_evening_what_sells_gets_a_fifth_more_until_monday() -> None:
    rows = same(x11=GOOD, x12=POOR, x13=row(20, sold=1, worth=60), x14=row(10, sold=2, worth=60))
    account = world(Level.AD_SET, rows, {name: {} for name in ("11", "12", "13", "14")})
    found = asked("weekend_boost", account, Level.AD_SET)
    assert found.changes == {"11": ("daily_budget", 10_000, 12_000)}
    assert found.document["actions"][0]["timed"] == {"undo_after_hours": 56}
    ends = NOW.replace(hour=16) + timedelta(hours=56)
    assert (ends.weekday(), ends.hour) == (0, 0)


@pytest.mark.parametrize("now", [NOW - timedelta(hours=3), NOW + timedelta(days=1), NOW - timedelta(days=1)])
def test_at_no_other_time(now: datetime) -> None:
    account = world(Level.AD_SET, same(x11=GOOD, x12=POOR), {"11": {}, "12": {}}, now=now)
    assert asked("weekend_boost", account, Level.AD_SET, now).matched == []
