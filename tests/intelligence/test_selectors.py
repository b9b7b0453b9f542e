"""How old the data are, as pages and guard rails ask."""

from datetime import UTC, datetime, timedelta

import pytest

from intelligence.models import Freshness
from intelligence.selectors import freshness
from metaads.models import AdAccount, Level
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def read(account: AdAccount, **hours_ago: float) -> None:
    for level, hours in hours_ago.items():
        Freshness.objects.create(account=account, level=level, read_at=NOW - timedelta(hours=hours))


def test_an_account_that_was_never_read_is_stale_and_has_no_age(account: AdAccount) -> None:
    found = freshness(account, NOW)
    assert (found.age, found.read_at, found.stale) == (None, None, True)
    assert [level.level for level in found.levels] == ["campaign", "adset", "ad"]


def test_an_account_is_as_old_as_its_oldest_level(account: AdAccount) -> None:
    read(account, campaign=0.5, adset=2, ad=1)
    found = freshness(account, NOW)
    assert (found.age, found.stale) == (timedelta(hours=2), False)


@pytest.mark.parametrize(("hours", "stale"), [(3, False), (3.1, True)])
def test_data_older_than_three_hours_are_stale_by_default(account: AdAccount, hours: float, stale: bool) -> None:
    read(account, campaign=0, adset=hours, ad=0)
    assert freshness(account, NOW).stale is stale


def test_an_account_may_ask_for_less(account: AdAccount) -> None:
    read(account, campaign=1, adset=1, ad=1)
    assert freshness(account, NOW, max_age=timedelta(minutes=30)).stale


def test_the_problem_of_several_levels_is_told_once(account: AdAccount) -> None:
    for level in Level:
        Freshness.objects.create(account=account, level=level, problem="The token was revoked.")
    assert freshness(account, NOW).problem == "The token was revoked."
