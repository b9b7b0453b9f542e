"""Trends: a robust slope in percent, unknown with too few days."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.metrics.families.trends import slope_percent
from tests.intelligence.metrics.frames import NAN, frame, values


def days(ctr: list[float]) -> dict[str, list[Any]]:
    """Columns of the last days, oldest first, with these click rates."""
    count = len(ctr)
    columns: dict[str, list[Any]] = {}
    for i, rate in enumerate(ctr):
        columns[f"clicks_@{count - i}"] = [rate * 100]
        columns[f"impressions_@{count - i}"] = [10_000]
    return columns


def test_a_steady_fall_is_its_slope_over_the_window_in_percent_of_the_mean() -> None:
    """7 to 1: one point a day, 7 days, mean 4."""
    assert values(frame(**days([7, 6, 5, 4, 3, 2, 1])), "ctr_trend_7d") == [pytest.approx(-175)]


def test_one_odd_day_makes_no_trend() -> None:
    assert values(frame(**days([2, 2, 2, 9, 2, 2, 2])), "ctr_trend_7d") == [0]


def test_three_days_are_a_window_of_their_own() -> None:
    assert values(frame(**days([9, 9, 9, 9, 1, 2, 3])), "ctr_trend_3d") == [pytest.approx(150)]


def test_a_trend_without_window_is_of_seven_days() -> None:
    assert values(frame(**days([1, 2, 3, 4, 5, 6, 7])), "ctr_trend") == [pytest.approx(175)]


@pytest.mark.parametrize(("known", "told"), [(3, False), (4, True)])
def test_with_fewer_than_four_known_days_a_week_has_no_trend(known: int, told: bool) -> None:
    rates = [float(i + 1) if i < known else NAN for i in range(7)]
    assert (values(frame(**days(rates)), "ctr_trend_7d") != [None]) is told


def test_days_without_impressions_are_unknown_and_left_out() -> None:
    columns = days([2, 2, 2, 2, 2, 2, 2]) | {"impressions_@1": [0], "clicks_@1": [0]}
    assert values(frame(**columns), "ctr_trend_7d") == [0]


def test_frequency_change_compares_todays_week_with_yesterdays() -> None:
    held = frame(**{"impressions_7d": [300], "reach_7d": [100], "impressions_7d@2": [250], "reach_7d@2": [100]})
    assert values(held, "frequency_change_24h") == [pytest.approx(20)]
    assert values(frame(impressions_7d=[300], reach_7d=[100]), "frequency_change_24h") == [None]


@given(st.lists(st.one_of(st.floats(0.1, 100), st.just(NAN)), min_size=7, max_size=7))
def test_the_median_of_all_pairs_is_what_numpy_says_it_is(rates: list[float]) -> None:
    pairs = [(rates[j] - rates[i]) / (j - i) for j in range(7) for i in range(j)]
    known = [rate for rate in rates if rate == rate]
    found = slope_percent(np.array(rates)[:, None], 4)[0]
    if len(known) < 4:
        assert np.isnan(found)
    else:
        wanted = np.median([pair for pair in pairs if pair == pair]) * 7 / np.mean(known) * 100
        assert found == pytest.approx(wanted, abs=1e-9)
