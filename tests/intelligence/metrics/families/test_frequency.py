"""Frequency: Meta's own where it gave the reach, else an estimate that says so."""

import pytest

from intelligence.metrics.families.frequency import USUAL_GROWTH
from tests.intelligence.metrics.frames import NAN, frame, values

DAYS = {f"reach_@{ago}": [100.0] for ago in range(8)}


def test_metas_own_frequency_is_no_estimate() -> None:
    held = frame(impressions_7d=[900], reach_7d=[300])
    assert (values(held, "frequency_estimate_7d"), values(held, "frequency_is_estimated_7d")) == ([3], [0])


def test_a_window_without_reach_is_estimated_and_marked() -> None:
    held = frame(impressions_3d=[600], reach_3d=[NAN], **DAYS)
    assert values(held, "frequency_3d") == [None]
    assert values(held, "frequency_estimate_3d") == [pytest.approx(600 / (100 * 3**USUAL_GROWTH))]
    assert values(held, "frequency_is_estimated_3d") == [1]


def test_the_entitys_own_week_says_how_much_its_days_overlap() -> None:
    same = frame(impressions_3d=[600], reach_3d=[NAN], reach_7d=[100], **DAYS)
    others = frame(impressions_3d=[600], reach_3d=[NAN], reach_7d=[700], **DAYS)
    assert values(same, "frequency_estimate_3d") == [pytest.approx(6)]
    assert values(others, "frequency_estimate_3d") == [pytest.approx(2)]


def test_a_day_without_known_reach_counts_as_the_others() -> None:
    held = frame(impressions_3d=[600], reach_7d=[100], **{**DAYS, "reach_@2": [NAN]})
    assert values(held, "frequency_estimate_3d") == [pytest.approx(6)]


def test_windows_of_hours_and_entities_without_reach_have_none() -> None:
    held = frame(impressions_24h=[600], impressions_3d=[600], reach_3d=[NAN])
    for name in ("frequency_estimate_24h", "frequency_estimate_3d", "frequency_is_estimated_3d"):
        assert values(held, name) == [None]
