"""When Meta's reach of whole windows is read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.collect.due import NIGHT_FROM, NIGHT_MINUTES, in_night
from intelligence.collect.reach import FIRST, LATER, missing
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory

MIDNIGHT = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # in Berlin
YESTERDAY = date(2026, 11, 19)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def held(account: AdAccount, window: str, *days: date) -> None:
    for day in days:
        reading(account, Level.AD, day, MIDNIGHT + timedelta(minutes=5), {}, window=window)


def test_seven_days_are_asked_for_as_soon_as_the_day_has_ended_and_longer_windows_not_yet(account: AdAccount) -> None:
    found = missing(account, Level.AD, MIDNIGHT + timedelta(minutes=1))
    assert found == [(FIRST, YESTERDAY - timedelta(days=1)), (FIRST, YESTERDAY)]


def test_each_longer_window_comes_at_a_minute_of_its_own_in_the_accounts_night(account: AdAccount) -> None:
    held(account, FIRST, YESTERDAY - timedelta(days=1), YESTERDAY)
    moments = {window: in_night(account, YESTERDAY + timedelta(days=1), window) for window in LATER}
    assert len(set(moments.values())) == len(LATER)
    for window, moment in sorted(moments.items(), key=lambda one: one[1]):
        assert NIGHT_FROM <= moment - MIDNIGHT < NIGHT_FROM + timedelta(minutes=NIGHT_MINUTES)
        assert missing(account, Level.AD, moment - timedelta(seconds=1)) == []
        assert missing(account, Level.AD, moment) == [(window, YESTERDAY)]
        held(account, window, YESTERDAY)


def test_what_the_night_did_not_bring_follows_one_a_collection(account: AdAccount) -> None:
    held(account, FIRST, YESTERDAY - timedelta(days=1), YESTERDAY)
    noon = MIDNIGHT + timedelta(hours=12)
    for window in LATER:
        assert missing(account, Level.AD, noon) == [(window, YESTERDAY)]
        held(account, window, YESTERDAY)
    assert missing(account, Level.AD, noon) == []


def test_accounts_do_not_come_together() -> None:
    accounts = [AdAccount(meta_id=str(100 + n), timezone_name="Europe/Berlin") for n in range(200)]
    moments = [in_night(account, YESTERDAY, "30d") for account in accounts]
    quarter = timedelta(minutes=15)
    busiest = max(sum(start <= one < start + quarter for one in moments) for start in moments)
    assert busiest < 40
