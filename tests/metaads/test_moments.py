"""Moments and spans read as a person says them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from metaads.models import Breaker
from metaads.moments import lasting


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.0, "less than a minute"),
        (0.4, "24 min"),
        (0.999, "1 h"),
        (2.0, "2 h"),
        (2.35, "2 h 21 min"),
        (5.99, "5 h 59 min"),
        (14.4, "14 h"),
        (71.0, "71 h"),
        (96.0, "4 days"),
    ],
)
def test_a_span_is_said_in_its_own_unit(hours: float, said: str) -> None:
    assert lasting(hours) == said


def test_an_outage_is_told_in_the_zone_of_who_reads_it() -> None:
    breaker = Breaker(opened_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC), opened_because="500")
    assert "since 21 Nov, 00:30 CET (500)" in breaker.sentence(ZoneInfo("Europe/Berlin"))
