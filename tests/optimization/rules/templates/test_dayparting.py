"""Dayparting."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import NOW, asked, row, same, world

pytestmark = pytest.mark.django_db
NIGHT = NOW.replace(hour=23)
NAMED = {"name": "Shoes [Daytime] DE"}


def test_what_is_named_for_it_rests_at_night_and_is_back_in_the_morning() -> None:
    resting = {**NAMED, "status": "PAUSED", "effective_status": "PAUSED"}
    rows = same(x11=row(20), x12=row(20), x13=row(20))
    account = world(Level.AD_SET, rows, {"11": NAMED, "12": {"name": "Shoes"}, "13": resting}, now=NIGHT)
    found = asked("dayparting", account, Level.AD_SET, NIGHT)
    assert found.changes == {"11": ("status", "ACTIVE", "PAUSED")}
    assert found.document["actions"][0]["timed"] == {"undo_after_hours": 7}


def test_nothing_rests_before_its_hour() -> None:
    account = world(Level.AD_SET, same(x11=row(20)), {"11": NAMED})
    assert asked("dayparting", account, Level.AD_SET).matched == []
