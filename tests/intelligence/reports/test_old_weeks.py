"""Reports over spans that are older than the days that are kept: whole weeks count, the rest is unknown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.collect.weeks import roll_week
from intelligence.models import Reading, Week
from intelligence.reports import result_costs, totals_between, trend
from metaads.models import AdAccount, Campaign, Level
from tests.intelligence.reports.conftest import NOW, TODAY, row

MONDAY = date(2026, 7, 6)
LAST = MONDAY + timedelta(days=20)


@pytest.fixture
def past(account: AdAccount, days: Callable[..., None]) -> AdAccount:
    """Three weeks of July, of which the first two are kept as weeks alone; nothing of August to now was lost."""
    Campaign.objects.update(created_time=datetime(2026, 5, 1, tzinfo=UTC))
    first, last = (TODAY - MONDAY).days, 1
    days(Level.CAMPAIGN, {"21": row(10, 2, 40), "22": row(1, 0, 0)}, last, first)
    for n in range(2):
        monday = MONDAY + timedelta(days=7 * n)
        assert roll_week(account, Level.CAMPAIGN, monday)
        Reading.objects.filter(day__range=(monday, monday + timedelta(days=6))).delete()
    return account


def spent(
    account: AdAccount, first: date, last: date, level: str = Level.CAMPAIGN, now: datetime = NOW
) -> float | None:
    return totals_between(account, level, "" if level == "account" else "21", (first, last), now)["spend"]


def test_weeks_and_days_together_are_the_whole_span(past: AdAccount) -> None:
    found = totals_between(past, Level.CAMPAIGN, "21", (MONDAY, LAST), NOW)
    assert (found["spend"], found["conversions"], found["cpa"], found["roas"]) == (210, 42, 5, 4)
    assert found["reach"] is None
    assert spent(past, MONDAY, LAST, "account") == 231


def test_a_part_of_a_week_is_unknown_and_so_is_each_of_its_days(past: AdAccount) -> None:
    assert spent(past, MONDAY + timedelta(days=1), LAST) is None
    assert spent(past, MONDAY, MONDAY + timedelta(days=9)) is None
    assert spent(past, MONDAY + timedelta(days=14), LAST) == 70
    points = trend(past, Level.CAMPAIGN, "21", datetime(2026, 7, 27, 12, tzinfo=UTC), 21).points
    assert points[3].values["spend"] is None


def test_a_week_of_fewer_days_is_not_passed_off_as_whole(past: AdAccount) -> None:
    Week.objects.filter(first_day=MONDAY).update(days=6)
    assert spent(past, MONDAY, LAST) is None


def test_a_week_that_could_still_be_restated_then_was_not_known_then(past: AdAccount) -> None:
    """Weeks keep no revisions: before Meta's 28 days are over they can't say what was known."""
    assert spent(past, MONDAY, MONDAY + timedelta(days=6), now=datetime(2026, 7, 30, 12, tzinfo=UTC)) is None
    assert spent(past, MONDAY, MONDAY + timedelta(days=6), now=datetime(2026, 8, 12, 12, tzinfo=UTC)) == 70


def test_results_of_weeks_are_among_all_results(past: AdAccount) -> None:
    found = result_costs(past, Level.CAMPAIGN, "21", (MONDAY, MONDAY + timedelta(days=13)), NOW)
    assert [(one.action_type, one.count, one.cost) for one in found] == [("omni_purchase", 28, 5)]
