"""Stale ad."""

from datetime import timedelta

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import NOW, Rows, asked, row, world

pytestmark = pytest.mark.django_db

OLD = {"created_time": NOW - timedelta(days=61)}
YOUNG = {"created_time": NOW - timedelta(days=59)}


def test_an_old_ad_that_is_clicked_less_and_less_is_told() -> None:
    rows: Rows = lambda ago: {  # noqa: E731
        "11": row(5, clicks=10 if ago < 8 else 20),
        "12": row(5, clicks=10 if ago < 8 else 20),
        "13": row(5, clicks=18 if ago < 8 else 20),
    }
    account = world(Level.AD, rows, {"11": OLD, "12": YOUNG, "13": OLD}, days=31)
    found = asked("stale_ad", account, Level.AD)
    assert (found.matched, found.changes) == (["11"], {})


def test_an_old_ad_that_is_hardly_shown_is_not() -> None:
    account = world(Level.AD, lambda ago: {"11": row(5, views=700, clicks=7 if ago < 8 else 14)}, {"11": OLD}, days=31)
    assert asked("stale_ad", account, Level.AD).matched == []
