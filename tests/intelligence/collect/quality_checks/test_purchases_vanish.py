"""Results vanish: alarm when far fewer are reported than the clicks let expect, and not on a poor or a late day."""

from datetime import timedelta

import pytest

from intelligence.collect.quality_checks.base import Finding, chance_of_at_most
from intelligence.collect.quality_checks.purchases_vanish import PURCHASES_VANISH
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.collect.quality_checks.days import NOW, TODAY, hourly, past, purchases


@pytest.fixture
def account(db: None) -> AdAccount:
    """1,200 clicks and 36 purchases a day: 3 %."""
    account: AdAccount = AdAccountFactory.create()
    past(account, Level.CAMPAIGN, purchases(1200, 36))
    return account


def look(account: AdAccount) -> Finding:
    return PURCHASES_VANISH.look(account, NOW)


def test_a_day_as_any_other_is_fine(account: AdAccount) -> None:
    hourly(account, Level.CAMPAIGN, {0: (0, 24), 1: (24, 34), 2: (34, 36), 3: (36, 36)})
    found = look(account)
    assert found.verdict == "fine"
    assert "36 were expected" in found.sentence or "expected" in found.sentence


def test_clicks_without_any_purchase_are_doubtful_and_the_sentence_has_the_figures(account: AdAccount) -> None:
    hourly(account, Level.CAMPAIGN, {0: (0, 0), 1: (24, 24), 2: (34, 34), 3: (36, 36)})
    found = look(account)
    assert found.verdict == "doubtful"
    assert "Only 0 results were reported in the last" in found.sentence
    assert "were expected from" in found.sentence


def test_a_poor_day_is_no_alarm(account: AdAccount) -> None:
    hourly(account, Level.CAMPAIGN, {0: (0, 10), 1: (24, 30), 2: (34, 36), 3: (36, 36)})
    assert look(account).verdict == "fine"


def test_late_reports_of_past_days_count_as_well(account: AdAccount) -> None:
    """Today shows little yet, but the days before still grow: tracking works."""
    hourly(account, Level.CAMPAIGN, {0: (0, 4), 1: (10, 30), 2: (28, 36), 3: (34, 36)})
    assert look(account).verdict == "fine"


def test_where_few_are_usual_nothing_can_be_said(db: None) -> None:
    account: AdAccount = AdAccountFactory.create()
    past(account, Level.CAMPAIGN, purchases(1200, 3))
    hourly(account, Level.CAMPAIGN, {0: (0, 0), 1: (2, 2), 2: (3, 3), 3: (3, 3)})
    assert look(account).verdict == "unknown"


def test_a_new_account_without_a_past_is_unknown(db: None) -> None:
    assert look(AdAccountFactory.create()).verdict == "unknown"


def test_what_was_not_read_a_while_ago_cannot_be_compared(account: AdAccount) -> None:
    hourly(account, Level.CAMPAIGN, {0: (0, 0), 1: (24, 24), 2: (34, 34), 3: (36, 36)}, hours=3)
    assert look(account).verdict == "unknown"


@pytest.mark.parametrize(
    ("observed", "expected", "wanted"), [(0, 10, 4.54e-5), (5, 5, 0.616), (100, 200, 1e-14), (200, 200, 0.51)]
)
def test_the_chance_of_so_few(observed: float, expected: float, wanted: float) -> None:
    assert chance_of_at_most(observed, expected) == pytest.approx(wanted, rel=0.02, abs=1e-6)


def test_a_new_campaign_that_brings_clicks_and_no_sales_is_no_broken_tracking(account: AdAccount) -> None:
    """Traffic campaigns are bought for clicks: five times as many from one say nothing about the tracking of sales."""
    days = ((0, 21.0, 24), (1, 24.0, 34), (2, 24.0, 36), (3, 24.0, 36))
    for back in range(26, -1, -1):
        for ago, until, most in days:
            hours = until - back if ago == 0 else 24
            if hours < 0:
                continue
            count = round(most * hours / until) if ago == 0 else most - (back // 8 if ago == 1 else 0)
            rows = {
                **purchases(50 * hours, count),
                "22": {"clicks": 400 * hours, "impressions": 9000 * hours, "spend": hours, "actions.omni_purchase": 0},
            }
            reading(account, Level.CAMPAIGN, TODAY - timedelta(days=ago), NOW - timedelta(hours=back), rows)
    found = look(account)
    assert found.verdict == "fine", found.sentence
