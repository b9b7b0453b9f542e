"""Windows that end at the last reading: differences of two states, unknown where no state is near enough."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdSetFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdSetFactory.create(meta_id="31").account
    return account


def spent(account: AdAccount, hours_ago: float, amount: float, day: date = TODAY) -> None:
    reading(account, Level.AD_SET, day, NOW - timedelta(hours=hours_ago), {"31": {"spend": amount}})


def window(account: AdAccount, name: str, now: datetime = NOW) -> float:
    found = float(column(build_frame(account, Level.AD_SET, now), resolve(name))[0])
    return found


def test_the_last_hour_is_now_less_the_reading_an_hour_before(account: AdAccount) -> None:
    for hours_ago, amount in ((2, 10.0), (1, 14.0), (0, 15.5)):
        spent(account, hours_ago, amount)
    assert window(account, "spend_1h") == 1.5


def test_it_ends_at_the_last_reading_and_not_at_now(account: AdAccount) -> None:
    spent(account, 1.5, 10)
    spent(account, 0.5, 14)
    assert window(account, "spend_1h") == 4


def test_a_gap_of_three_hours_is_no_hour(account: AdAccount) -> None:
    spent(account, 3, 10)
    spent(account, 0, 40)
    assert np.isnan(window(account, "spend_1h"))


def test_a_reading_that_held_without_change_counts_as_read_until_it_was_confirmed(account: AdAccount) -> None:
    held = reading(account, Level.AD_SET, TODAY, NOW - timedelta(hours=3), {"31": {"spend": 10}})
    held.confirmed_at = NOW - timedelta(hours=1)
    held.save()
    spent(account, 0, 12)
    assert window(account, "spend_1h") == 2


def test_a_quarter_of_an_hour_needs_a_reading_within_five_minutes_of_it(account: AdAccount) -> None:
    spent(account, 20 / 60, 10)
    spent(account, 0, 11)
    assert window(account, "spend_15min") == 1
    assert np.isnan(window(account, "spend_1h"))


def test_24_hours_reach_into_yesterday(account: AdAccount) -> None:
    spent(account, 24, 30, YESTERDAY)
    spent(account, 12.5, 75, YESTERDAY)
    spent(account, 0, 20)
    assert window(account, "spend_24h") == 65


def test_just_after_midnight_the_last_hour_reaches_into_yesterday(account: AdAccount) -> None:
    """01:00 in Berlin; midnight itself is a known state: nothing yet."""
    now = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    reading(account, Level.AD_SET, TODAY, now, {"31": {"spend": 2}})
    assert window(account, "spend_1h", now) == 2


@pytest.mark.parametrize("name", ["spend_15min", "spend_1h", "spend_24h"])
def test_without_a_reading_of_today_they_are_unknown(account: AdAccount, name: str) -> None:
    spent(account, 24, 30, YESTERDAY)
    assert np.isnan(window(account, name))


def test_meta_taking_something_back_shows_as_less_than_nothing(account: AdAccount) -> None:
    spent(account, 1, 10)
    spent(account, 0, 9)
    assert window(account, "spend_1h") == -1
