"""Active but not delivering."""

from datetime import timedelta
from typing import Any

import pytest

from metaads.models import Level
from tests.factories.intelligence import Row, reading
from tests.optimization.rules.templates.worlds import NOW, Rows, asked, row, same, world

pytestmark = pytest.mark.django_db

SILENT = {"spend": 0.0, "impressions": 0.0}


def delivered(eleven: Row, yesterday: Row | None = None, **columns: Any) -> list[str]:
    """Which of ad set 11 (its rows of each day, and of yesterday until now) and 12, which delivers, match."""
    rows: Rows = lambda ago: {"11": eleven if ago != 1 else yesterday or eleven, "12": row(5)}  # noqa: E731
    account = world(Level.AD_SET, rows, {"11": columns, "12": {}})
    day_ago = NOW - timedelta(days=1)
    reading(account, Level.AD_SET, day_ago.date(), day_ago, {"11": eleven, "12": row(4)})
    found = asked("active_not_delivering", account, Level.AD_SET)
    assert found.changes == {}
    return found.matched


def test_an_active_ad_set_without_a_view_in_a_day_is_told() -> None:
    assert delivered(SILENT) == ["11"]


def test_one_view_a_pause_or_a_new_ad_set_are_fine() -> None:
    assert delivered(SILENT, yesterday={"spend": 0.1, "impressions": 3.0}) == []
    assert delivered(SILENT, status="PAUSED", effective_status="PAUSED") == []
    assert delivered(SILENT, created_time=NOW - timedelta(hours=30)) == []


def test_a_day_of_which_nothing_is_known_is_no_silence() -> None:
    account = world(Level.AD_SET, same(x11=SILENT), {"11": {}})
    assert asked("active_not_delivering", account, Level.AD_SET).matched == []
