"""Which days are read again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.collect.due import NIGHT_FROM, NIGHT_MINUTES, due_days, last_night, ranges, recent
from intelligence.models import Freshness
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    for level in Level:
        Freshness.objects.create(account=account, level=level, history_from=ago(30))
    return account


def held(account: AdAccount, level: str, read_at: datetime, days: range) -> None:
    for n in days:
        reading(account, level, ago(n), read_at, {})


def test_today_is_always_read(account: AdAccount) -> None:
    held(account, Level.AD, NOW - timedelta(minutes=1), range(31))
    assert due_days(account, Level.AD, NOW) == [TODAY]


def test_the_last_three_days_of_ads_are_read_again_after_six_hours(account: AdAccount) -> None:
    held(account, Level.AD, NOW - timedelta(hours=6), range(31))
    assert due_days(account, Level.AD, NOW) == [TODAY, ago(1), ago(2), ago(3)]


def test_the_last_three_days_of_campaigns_are_read_at_every_collection(account: AdAccount) -> None:
    held(account, Level.CAMPAIGN, NOW - timedelta(minutes=10), range(31))
    assert due_days(account, Level.CAMPAIGN, NOW) == [TODAY, ago(1), ago(2), ago(3)]


def test_meta_may_restate_28_days_so_all_of_them_are_read_once_a_day(account: AdAccount) -> None:
    held(account, Level.AD, NOW - timedelta(hours=24), range(31))
    assert due_days(account, Level.AD, NOW) == [ago(n) for n in range(29)]


def test_yesterday_is_read_once_more_as_soon_as_it_is_over(account: AdAccount) -> None:
    after_midnight = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)  # 00:30 in Berlin
    held(account, Level.AD, after_midnight - timedelta(hours=1), range(1, 31))
    assert due_days(account, Level.AD, after_midnight) == [TODAY, ago(1)]


def test_a_gap_in_the_history_is_read(account: AdAccount) -> None:
    held(account, Level.AD, NOW, range(10))
    held(account, Level.AD, NOW, range(12, 31))
    assert due_days(account, Level.AD, NOW) == [TODAY, ago(10), ago(11)]


def test_days_before_the_back_fill_are_left_to_it(account: AdAccount) -> None:
    Freshness.objects.update(history_from=None)
    assert due_days(account, Level.AD, NOW) == [TODAY]


def test_days_are_read_in_ranges_of_neighbours_no_longer_than_a_week() -> None:
    assert ranges([ago(0), ago(1), ago(5)]) == [(ago(1), ago(0)), (ago(5), ago(5))]
    assert ranges(ago(n) for n in range(9)) == [(ago(6), ago(0)), (ago(8), ago(7))]


def test_older_days_are_read_once_a_night_and_not_again_by_day(account: AdAccount) -> None:
    night = last_night(account, NOW)
    held(account, Level.AD, night - timedelta(minutes=1), range(31))
    assert due_days(account, Level.AD, night - timedelta(seconds=1)) == [TODAY]
    assert due_days(account, Level.AD, night)[-1] == ago(28)
    Freshness.objects.all().update(history_from=ago(30))
    held(account, Level.AD, night + timedelta(minutes=1), range(31))
    assert due_days(account, Level.AD, night + timedelta(hours=5)) == [TODAY]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_the_night_is_the_accounts_own_and_each_account_has_its_minute(zone: str) -> None:
    minutes = set()
    for number in range(40):
        account = AdAccount(meta_id=str(1000 + number), timezone_name=zone)
        local = last_night(account, NOW).astimezone(account.zone)
        minute = timedelta(hours=local.hour, minutes=local.minute)
        assert NIGHT_FROM <= minute < NIGHT_FROM + timedelta(minutes=NIGHT_MINUTES)
        assert last_night(account, NOW) <= NOW
        minutes.add(minute)
    assert len(minutes) > 30, "they do not start together"


def test_the_days_that_reports_may_fetch_are_the_older_ones() -> None:
    assert recent([ago(n) for n in range(6)], TODAY) == ([ago(n) for n in range(4)], [ago(4), ago(5)])
