"""Spend without link clicks."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import asked, row, same, world

pytestmark = pytest.mark.django_db


def test_an_ad_that_nobody_follows_is_paused() -> None:
    rows = same(x11=row(7, links=0), x12=row(7, links=1), x13=row(6, links=0), x14=row(7, links=0, views=600))
    account = world(Level.AD, rows, {name: {} for name in ("11", "12", "13", "14")})
    found = asked("spend_without_link_clicks", account, Level.AD)
    assert found.matched == ["11"]
    assert found.changes == {"11": ("status", "ACTIVE", "PAUSED")}


def test_link_clicks_that_were_not_reported_are_no_zero() -> None:
    told = {name: value for name, value in row(7).items() if name != "inline_link_clicks"}
    account = world(Level.AD, same(x11=told), {"11": {}})
    assert asked("spend_without_link_clicks", account, Level.AD).matched == []
