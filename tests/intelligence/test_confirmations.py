"""How fresh a reading was at a past moment."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.collect.store import Slot, keep
from intelligence.metrics.known import around, newest, read_until
from intelligence.models import Reading
from metaads.models import AdAccount, Level
from tests.factories.intelligence import totals
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.fixture
def account(db: None) -> AdAccount:
    """One reading at 12:00 that was found unchanged at 12:05, 13:00 and 13:00 again."""
    account: AdAccount = AdAccountFactory.create()
    for moment in (0, 5, 60, 60):
        keep(Slot(account, Level.AD, DAY), totals({"1": {"spend": 1}}), minutes(moment))
    return account


@pytest.mark.parametrize(("known_at", "confirmed"), [(0, 0), (4, 0), (5, 5), (59, 5), (60, 60), (90, 60)])
def test_a_past_moment_knows_only_the_confirmations_until_then(
    account: AdAccount, known_at: int, confirmed: int
) -> None:
    known = newest(account, Level.AD, (DAY, DAY), minutes(known_at))[DAY]
    assert known.confirmed_at == minutes(confirmed)
    assert read_until(account, Level.AD, minutes(known_at)) == minutes(confirmed)
    near = around(account, Level.AD, DAY, minutes(known_at), minutes(known_at))
    assert near is not None
    assert near.confirmed_at == minutes(confirmed)


def test_each_confirmation_takes_four_bytes(account: AdAccount) -> None:
    assert len(Reading.objects.get().confirmations) == 8
