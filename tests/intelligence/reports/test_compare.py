"""Comparison of two periods, absolute and in percent; unknown stays unknown."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from intelligence.reports import Change, compare, totals_between, totals_of
from intelligence.reports.compare import change
from metaads.models import AdAccount, Level
from tests.intelligence.reports.conftest import NOW, TODAY, row


def period(first: int, last: int) -> tuple[date, date]:
    return TODAY - timedelta(days=first), TODAY - timedelta(days=last)


def by_name(found: tuple[Change, ...]) -> dict[str, Change]:
    return {one.metric: one for one in found}


def test_two_weeks_side_by_side(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 1, 7)
    days(Level.CAMPAIGN, {"21": row(8, 1, 16)}, 8, 14)
    found = by_name(compare(account, Level.CAMPAIGN, "21", period(14, 8), period(7, 1), NOW))
    assert found["spend"] == Change("spend", 56, 70, 14, 25)
    assert found["roas"] == Change("roas", 2, 4, 2, 100)
    assert found["cpa"].percent == pytest.approx(-37.5)


def test_periods_further_back_than_a_frame_reaches_are_read_all_the_same(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 1, 70)
    found = totals_between(account, Level.CAMPAIGN, "21", period(70, 1), NOW)
    assert (found["spend"], found["conversions"]) == (700, 140)


def test_what_is_unknown_in_one_period_has_no_change(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 1, 7)
    found = by_name(compare(account, Level.CAMPAIGN, "21", period(14, 8), period(7, 1), NOW))
    assert found["spend"] == Change("spend", None, 70, None, None)


def test_from_nothing_there_is_a_difference_and_no_percentage() -> None:
    assert change("spend", 0.0, 10.0) == Change("spend", 0, 10, 10, None)


def test_a_window_and_its_days_say_the_same(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 1, 7)
    by_days = totals_between(account, Level.CAMPAIGN, "21", period(7, 1), NOW)
    assert totals_of(account, Level.CAMPAIGN, "21", "7d", NOW) == by_days
