"""Trend: day by day, today marked as unfinished, unknown never zero."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from intelligence.metrics.variants import BadAttribution
from intelligence.models import Reading
from intelligence.reports import ACCOUNT, BadPeriod, trend
from metaads.models import AdAccount, Level
from tests.intelligence.reports.conftest import NOW, TODAY, row


def test_it_has_the_days_asked_for_and_today(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 0, 14)
    found = trend(account, Level.CAMPAIGN, "21", NOW, days=7)
    assert [point.day for point in found.points] == [TODAY - timedelta(days=ago) for ago in range(7, -1, -1)]
    assert [point.complete for point in found.points] == [True] * 7 + [False]
    assert found.values("roas") == [4.0] * 8


def test_the_totals_are_of_complete_days_with_ratios_from_sums(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 0, 3)
    days(Level.CAMPAIGN, {"21": row(30, 2, 0)}, 4, 7)
    totals = trend(account, Level.CAMPAIGN, "21", NOW, days=7).totals
    assert totals["spend"] == 150
    assert totals["cpa"] == pytest.approx(150 / 14)


def test_a_day_that_was_never_read_is_unknown_and_so_is_the_total(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 0, 7)
    Reading.objects.filter(day=TODAY - timedelta(days=3)).delete()
    found = trend(account, Level.CAMPAIGN, "21", NOW, days=7)
    assert found.values("spend")[4] is None
    assert found.totals["spend"] is None


def test_the_account_is_the_sum_of_its_campaigns(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40), "22": row(5, 1, 5)}, 0, 7)
    found = trend(account, ACCOUNT, "", NOW, days=7)
    assert found.values("spend") == [15.0] * 8
    assert found.values("reach") == [None] * 8


def test_thirty_days_and_today_fit(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)}, 0, 30)
    assert len(trend(account, Level.CAMPAIGN, "21", NOW, days=30).points) == 31


def test_an_entity_that_is_not_there_is_unknown(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 40)})
    assert trend(account, Level.CAMPAIGN, "99", NOW).values("spend") == [None] * 8


def test_a_window_that_meta_does_not_have_is_refused(account: AdAccount) -> None:
    with pytest.raises(BadAttribution, match="7d_view"):
        trend(account, Level.CAMPAIGN, "21", NOW, attribution="7d_view")


def test_a_span_of_years_is_refused(account: AdAccount) -> None:
    with pytest.raises(BadPeriod):
        trend(account, Level.CAMPAIGN, "21", NOW, days=800)
