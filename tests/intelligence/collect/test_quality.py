"""The state of an account's data: doubt at once, trust again only after a while, every change noted."""

from datetime import UTC, datetime, timedelta

import pytest

from intelligence.collect.quality import CLEAR_AFTER, NOTHING_LEFT, assess
from intelligence.collect.quality_checks import Check, Finding, Verdict
from intelligence.models import QualityChange, QualityState
from intelligence.quality import doubtful_among, quality_of
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Says(Check):
    """A check that says what it is told."""

    def __init__(self, key: str, verdict: str = "fine") -> None:
        self.key, self.label, self.verdict = key, key, verdict  # type: ignore[misc]

    def look(self, account: AdAccount, now: datetime) -> Finding:
        if self.verdict == "error":
            raise ZeroDivisionError
        return Finding(self.key, Verdict(self.verdict), f"{self.key} is {self.verdict}.")


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def kinds() -> list[str]:
    return list(QualityChange.objects.order_by("pk").values_list("kind", flat=True))


def look(account: AdAccount, hours: float, **verdicts: str) -> QualityState:
    return assess(account, NOW + hours * HOUR, tuple(Says(key, verdict) for key, verdict in verdicts.items()))


def test_an_account_that_was_never_looked_at_is_neither_doubtful_nor_checked(account: AdAccount) -> None:
    assert (quality_of(account).doubtful, quality_of(account).checked_at) == (False, None)


def test_one_check_is_enough_for_doubt_and_its_reason_stands(account: AdAccount) -> None:
    look(account, 0, a="fine", b="doubtful", c="unknown")
    quality = quality_of(account)
    assert (quality.since, quality.reasons) == (NOW, ("b is doubtful.",))
    assert [found.account for found in doubtful_among([account.pk])] == [account]
    assert "doubtful since 20 Nov, 13:00 CET. b is doubtful." in quality.sentence()


def test_doubt_goes_when_the_check_was_fine_for_a_while(account: AdAccount) -> None:
    look(account, 0, a="doubtful")
    assert look(account, 1, a="fine").doubtful_since == NOW
    assert look(account, 1 + CLEAR_AFTER / HOUR - 0.1, a="fine").doubtful_since == NOW
    assert look(account, 1 + CLEAR_AFTER / HOUR, a="fine").doubtful_since is None
    assert kinds() == ["doubtful", "cleared"]


def test_an_alarm_in_between_starts_the_while_anew(account: AdAccount) -> None:
    look(account, 0, a="doubtful")
    look(account, 1, a="fine")
    look(account, 2, a="doubtful")
    look(account, 3, a="fine")
    assert look(account, 4, a="fine").doubtful_since == NOW


def test_what_can_no_longer_be_judged_clears_only_after_a_day(account: AdAccount) -> None:
    look(account, 0, a="doubtful")
    look(account, 1, a="unknown")
    assert look(account, 20, a="unknown").doubtful_since == NOW
    assert look(account, 1 + NOTHING_LEFT / HOUR, a="unknown").doubtful_since is None


def test_a_check_that_errs_is_doubt(account: AdAccount) -> None:
    look(account, 0, a="error", b="fine")
    assert "could not be checked (ZeroDivisionError)" in quality_of(account).reasons[0]


def test_another_reason_is_a_change_and_other_figures_are_none(account: AdAccount) -> None:
    look(account, 0, a="doubtful")
    look(account, 1, a="doubtful")
    look(account, 2, a="doubtful", b="doubtful")
    assert kinds() == ["doubtful", "reasons"]


def test_a_look_at_an_older_moment_changes_nothing(account: AdAccount) -> None:
    look(account, 0, a="fine")
    assert look(account, -5, a="doubtful").doubtful_since is None


def test_other_accounts_stay_trusted(account: AdAccount) -> None:
    other = AdAccountFactory.create()
    look(account, 0, a="doubtful")
    assert doubtful_among([other.pk]) == []
