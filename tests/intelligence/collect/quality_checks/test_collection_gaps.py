"""Gaps: days that nobody read after they ended; long gaps of hours that could not be filled."""

from datetime import timedelta

import pytest

from intelligence.collect.quality_checks.collection_gaps import COLLECTION_GAPS
from intelligence.models import Freshness, Gap, Reading
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.collect.quality_checks.days import NOW, TODAY


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    for level in Level:
        first = TODAY - timedelta(days=30)
        Freshness.objects.create(account=account, level=level, read_at=NOW, history_from=first)
        for ago in range(1, 8):
            reading(account, level, TODAY - timedelta(days=ago), NOW - timedelta(hours=1), {})
    return account


def test_days_that_were_all_read_are_fine(account: AdAccount) -> None:
    assert COLLECTION_GAPS.look(account, NOW).verdict == "fine"


def test_a_day_without_a_reading_since_its_end_is_doubtful_and_named(account: AdAccount) -> None:
    Reading.objects.filter(level=Level.AD, day=TODAY - timedelta(days=3)).delete()
    found = COLLECTION_GAPS.look(account, NOW)
    assert (found.verdict, "ads on 17 Nov" in found.sentence) == ("doubtful", True)


def test_a_day_read_only_while_it_ran_is_a_gap(account: AdAccount) -> None:
    before = NOW - timedelta(days=2)
    Reading.objects.filter(day=TODAY - timedelta(days=2)).update(read_at=before, confirmed_at=before)
    assert COLLECTION_GAPS.look(account, NOW).verdict == "doubtful"


def test_days_before_the_history_begins_are_no_gap(account: AdAccount) -> None:
    Freshness.objects.update(history_from=TODAY - timedelta(days=2))
    Reading.objects.filter(day__lt=TODAY - timedelta(days=2)).delete()
    assert COLLECTION_GAPS.look(account, NOW).verdict == "fine"


@pytest.mark.parametrize(
    ("long", "found_hours_ago", "filled", "verdict"),
    [(14, 8, False, "doubtful"), (14, 1, False, "fine"), (14, 8, True, "fine"), (5, 8, False, "fine")],
)
def test_hours_count_only_when_they_are_many_and_could_not_be_filled(
    account: AdAccount, long: int, found_hours_ago: int, filled: bool, verdict: str
) -> None:
    until = NOW - timedelta(hours=found_hours_ago)
    Gap.objects.create(
        account=account,
        since=until - timedelta(hours=long),
        until=until,
        found_at=until,
        filled_at=NOW if filled else None,
    )
    assert COLLECTION_GAPS.look(account, NOW).verdict == verdict


def test_an_account_that_was_never_read_is_unknown(db: None) -> None:
    assert COLLECTION_GAPS.look(AdAccountFactory.create(), NOW).verdict == "unknown"
