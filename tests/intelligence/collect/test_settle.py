"""Waiting after failures."""

from datetime import UTC, datetime, timedelta

import pytest

from intelligence.collect.settle import backoff, jittered, settle
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_each_failure_in_a_row_doubles_the_wait_up_to_an_hour(failures: int, minutes: int) -> None:
    assert backoff(failures) == timedelta(minutes=minutes)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def wait(account: AdAccount, demanded: timedelta, machine_now: datetime | None = NOW) -> datetime | None:
    settle(account, {"ad": "Meta is slow."}, demanded, machine_now)
    account.refresh_from_db()
    return account.next_collect_at


def test_meta_may_demand_a_longer_wait(account: AdAccount) -> None:
    found = wait(account, timedelta(minutes=20))
    assert found is not None
    assert NOW + timedelta(minutes=20) <= found <= NOW + timedelta(minutes=24)


def test_accounts_that_failed_together_do_not_come_back_together() -> None:
    waits = {jittered(timedelta(minutes=10)) for _ in range(50)}
    assert len(waits) > 40
    assert all(timedelta(minutes=10) <= wait <= timedelta(minutes=12) for wait in waits)


def test_a_door_that_does_not_retry_sets_no_time(account: AdAccount) -> None:
    assert wait(account, timedelta(0), None) is None
    assert account.last_error == "Meta is slow."


def test_the_same_sentence_of_three_levels_is_told_once(account: AdAccount) -> None:
    settle(account, {"campaign": "Token revoked.", "ad": "Token revoked."}, timedelta(0), None)
    account.refresh_from_db()
    assert account.last_error == "Token revoked."


def test_a_success_still_says_that_days_are_counted_in_utc(account: AdAccount) -> None:
    account.timezone_name = "Foo/Bar"
    settle(account, {}, timedelta(0), None)
    account.refresh_from_db()
    assert "counted in UTC" in account.last_error
    account.timezone_name = "Asia/Tokyo"
    settle(account, {}, timedelta(0), None)
    account.refresh_from_db()
    assert account.last_error == ""
