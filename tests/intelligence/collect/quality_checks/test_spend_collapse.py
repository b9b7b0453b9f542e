"""Spend collapses: what is switched on delivers nearly nothing; what people paused explains itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from intelligence.collect.delivered import earlier
from intelligence.collect.quality_checks.spend_collapse import SPEND_COLLAPSE
from intelligence.columns import pack
from intelligence.models import HourBlock
from metaads.models import Ad, AdAccount, AdSet, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory
from tests.intelligence.collect.quality_checks.days import NOW, TODAY

START = NOW.replace(minute=0)


@pytest.fixture
def account(db: None) -> AdAccount:
    campaign = CampaignFactory.create(meta_id="21")
    for meta_id in ("31", "32"):
        AdFactory.create(ad_set=AdSetFactory.create(campaign=campaign, meta_id=meta_id))
    account: AdAccount = campaign.account
    return account


def hour(account: AdAccount, back: int, spend: tuple[float, float], hours: int = 1) -> None:
    """The clock hour that began `back` hours ago."""
    values = np.array(spend, dtype=np.float64)
    columns = {"ids": np.array([31, 32], dtype=np.int64), "spend": values, "impressions": values * 100}
    start = START - timedelta(hours=back)
    HourBlock.objects.create(
        account=account,
        level=Level.AD_SET,
        hour=start,
        hours=hours,
        local_date=TODAY,
        local_hour=start.hour,
        since=start,
        read_at=start + timedelta(hours=1),
        rows=2,
        packed=pack(columns),
    )


def days(account: AdAccount, last: tuple[float, float], usual: tuple[float, float] = (5.0, 5.0)) -> None:
    """Three past days as usual, and the last three hours."""
    for back in (1, 2, 3):
        hour(account, back, last)
        for day in (1, 2, 3):
            hour(account, back + 24 * day, usual)


def test_hours_as_on_other_days_are_fine(account: AdAccount) -> None:
    days(account, (4.0, 5.0))
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "fine"


def test_nothing_spent_by_what_is_on_is_doubtful_and_says_what_is_usual(account: AdAccount) -> None:
    days(account, (0.2, 0.0))
    found = SPEND_COLLAPSE.look(account, NOW)
    assert found.verdict == "doubtful"
    assert "spent 0.60 EUR in the last 3 hours, 30.00 in the same hours of past days" in found.sentence


def test_what_people_paused_explains_itself(account: AdAccount) -> None:
    AdSet.objects.filter(meta_id="32").update(effective_status="PAUSED")
    days(account, (5.0, 0.0), (5.0, 500.0))
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "fine"
    AdSet.objects.update(effective_status="PAUSED")
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_an_ended_ad_set_is_not_expected_to_spend(account: AdAccount) -> None:
    AdSet.objects.update(stop_time=NOW - timedelta(hours=5))
    days(account, (0.0, 0.0))
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_metas_own_limit_explains_itself(account: AdAccount) -> None:
    days(account, (0.0, 0.0))
    account.spend_cap, account.amount_spent = 100_000, 100_000
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_hours_that_were_not_read_one_by_one_say_nothing(account: AdAccount) -> None:
    days(account, (0.0, 0.0))
    HourBlock.objects.filter(hour=START - timedelta(hours=2)).update(hours=2)
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_too_few_past_days_say_nothing(account: AdAccount) -> None:
    days(account, (0.0, 0.0))
    HourBlock.objects.filter(hour__lt=START - timedelta(hours=30)).delete()
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_ad_sets_whose_ads_are_all_paused_explain_themselves(account: AdAccount) -> None:
    """Meta calls such an ad set ACTIVE."""
    days(account, (0.0, 0.0))
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "doubtful"
    Ad.objects.update(effective_status="PAUSED")
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "unknown"


def test_a_budget_that_was_cut_is_not_expected_to_spend_as_before(account: AdAccount) -> None:
    """From 120 a day or more to 6: three hours are 1.50 at most, whatever the days before were."""
    days(account, (0.1, 0.1))
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "doubtful"
    AdSet.objects.update(daily_budget=300)
    found = SPEND_COLLAPSE.look(account, NOW)
    assert found.verdict == "fine" or "Too little" in found.sentence


def test_a_budget_that_is_spent_for_today_explains_itself(account: AdAccount) -> None:
    AdSet.objects.update(daily_budget=10_000)
    days(account, (0.0, 0.0))
    reading(account, Level.AD_SET, TODAY, NOW, {"31": {"spend": 20.0}, "32": {"spend": 20.0}})
    assert SPEND_COLLAPSE.look(account, NOW).verdict == "doubtful"
    reading(account, Level.AD_SET, TODAY, NOW + timedelta(minutes=1), {"31": {"spend": 100.0}, "32": {"spend": 101.0}})
    found = SPEND_COLLAPSE.look(account, NOW + timedelta(minutes=1))
    assert "Too little to judge by" in found.sentence


def test_the_same_hours_are_those_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    monday = datetime(2026, 10, 26, 9, tzinfo=UTC)  # 10:00, after the clocks went back
    assert earlier(monday, 1, berlin) == datetime(2026, 10, 25, 9, tzinfo=UTC)
    assert earlier(monday, 2, berlin) == datetime(2026, 10, 24, 8, tzinfo=UTC)  # 10:00 as well


def test_a_budget_spent_before_midnight_explains_the_hours_around_it(account: AdAccount) -> None:
    """Found in the sandbox: a budget cut in the evening was spent long before midnight, which looked like an outage."""
    midnight = datetime(2026, 11, 20, 23, tzinfo=UTC)  # in Berlin
    AdSet.objects.update(daily_budget=10_000)
    for back in (-2, -1, 0):
        hour(account, back, (0.0, 0.0))
        for day in (1, 2, 3):
            hour(account, back + 24 * day, (5.0, 5.0))
    assert SPEND_COLLAPSE.look(account, midnight + timedelta(minutes=5)).verdict == "doubtful"
    reading(account, Level.AD_SET, TODAY, midnight, {"31": {"spend": 150.0}, "32": {"spend": 150.0}})
    assert "Too little to judge by" in SPEND_COLLAPSE.look(account, midnight + timedelta(minutes=5)).sentence
