"""State of the entities as columns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.mirror import learning_phase
from intelligence.metrics.table import build_frame
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # noon in Berlin

pytestmark = pytest.mark.django_db


def of(account: AdAccount, level: str, name: str, now: datetime = NOW) -> Any:
    value = column(build_frame(account, level, now), resolve(name))[0]
    return None if value != value else value


def test_budgets_are_in_the_major_unit() -> None:
    ad_set = AdSetFactory.create(daily_budget=12_345)
    assert of(ad_set.account, Level.AD_SET, "daily_budget") == 123.45


def test_yen_are_whole() -> None:
    ad_set = AdSetFactory.create(campaign__account__currency="JPY", daily_budget=12_345)
    assert of(ad_set.account, Level.AD_SET, "daily_budget") == 12_345


@pytest.mark.parametrize("budget", [None, 0])
def test_a_missing_budget_is_unknown_and_so_is_zero(budget: int | None) -> None:
    """Under a campaign budget Meta leaves the ad set's out, or says 0."""
    ad_set = AdSetFactory.create(daily_budget=budget)
    assert of(ad_set.account, Level.AD_SET, "daily_budget") is None
    assert of(ad_set.account, Level.AD_SET, "budget_utilization") is None


@pytest.mark.parametrize(
    ("meta", "status", "ours"),
    [
        ("LEARNING", "ACTIVE", "LEARNING"),
        ("SUCCESS", "ACTIVE", "ACTIVE"),
        ("FAIL", "ACTIVE", "LEARNING_LIMITED"),
        ("SOMETHING_NEW", "ACTIVE", ""),
        ("", "ACTIVE", ""),
        ("LEARNING", "CAMPAIGN_PAUSED", "INACTIVE"),
        ("", "PAUSED", "INACTIVE"),
        ("LEARNING", "", "LEARNING"),
    ],
)
def test_learning_phases_are_in_our_words(meta: str, status: str, ours: str) -> None:
    assert learning_phase(np.array([meta]), np.array([status]), Level.AD_SET).tolist() == [ours]


def test_an_ad_has_the_learning_phase_of_its_ad_set_and_a_campaign_none() -> None:
    ad = AdFactory.create(ad_set__learning_status="LEARNING")
    assert of(ad.account, Level.AD, "learning_phase") == "LEARNING"
    assert of(ad.account, Level.CAMPAIGN, "learning_phase") == ""


def test_objective_and_bid_strategy_come_from_above_where_the_entity_has_none() -> None:
    campaign = CampaignFactory.create(objective="OUTCOME_LEADS", bid_strategy="COST_CAP")
    AdSetFactory.create(campaign=campaign, bid_strategy="")
    assert of(campaign.account, Level.AD_SET, "objective") == "OUTCOME_LEADS"
    assert of(campaign.account, Level.AD_SET, "bid_strategy") == "COST_CAP"


def test_a_paused_parent_shows_on_its_children() -> None:
    ad_set = AdSetFactory.create(status="ACTIVE", effective_status="CAMPAIGN_PAUSED")
    assert of(ad_set.account, Level.AD_SET, "effective_status") == "CAMPAIGN_PAUSED"


def test_a_deleted_entity_is_not_in_the_table() -> None:
    ad_set = AdSetFactory.create(deleted_at=NOW)
    assert len(build_frame(ad_set.account, Level.AD_SET, NOW)) == 0


def test_an_account_without_anything_has_an_empty_table() -> None:
    account = AdAccountFactory.create()
    for level in Level:
        frame = build_frame(account, level, NOW)
        assert (len(frame), frame.read_at, frame.age) == (0, None, None)
        for name in ("spend_7d", "name", "parent_spend_7d", "ctr_trend_7d", "zscore_cpm_7d", "spend_1h", "rank_spend"):
            assert len(column(frame, resolve(name))) == 0


def test_ages_count_from_creation_start_and_last_edit() -> None:
    ad_set = AdSetFactory.create(
        created_time=NOW - timedelta(days=10),
        start_time=NOW - timedelta(days=3, hours=6),
        updated_time=NOW - timedelta(hours=5),
        last_significant_edit_at=NOW - timedelta(hours=30),
    )
    ages = ("hours_since_created", "hours_since_last_edit", "days_active")
    assert [of(ad_set.account, Level.AD_SET, name) for name in ages] == [240, 30, 3]


def test_an_ad_set_that_starts_tomorrow_has_been_active_for_no_day() -> None:
    ad_set = AdSetFactory.create(start_time=NOW + timedelta(days=1))
    assert of(ad_set.account, Level.AD_SET, "days_active") == 0


def test_use_of_a_daily_budget_is_yesterdays_and_pacing_todays() -> None:
    """Half of the day is over: 60 of 100 spent is 120 % of the plan."""
    account = AdSetFactory.create(meta_id="31", daily_budget=10_000).account
    reading(account, Level.AD_SET, NOW.date() - timedelta(days=1), NOW, {"31": {"spend": 90}})
    reading(account, Level.AD_SET, NOW.date(), NOW, {"31": {"spend": 60}})
    assert of(account, Level.AD_SET, "budget_utilization") == 90
    assert of(account, Level.AD_SET, "budget_pacing") == 120


def test_a_lifetime_budget_is_paced_by_its_own_time() -> None:
    ad_set = AdSetFactory.create(
        daily_budget=None,
        lifetime_budget=100_000,
        budget_remaining=70_000,
        start_time=NOW - timedelta(days=2),
        stop_time=NOW + timedelta(days=6),
    )
    assert of(ad_set.account, Level.AD_SET, "budget_utilization") == 30
    assert of(ad_set.account, Level.AD_SET, "budget_pacing") == 120


def test_the_table_is_one_query_per_thing_and_not_per_entity(django_assert_max_num_queries: Any) -> None:
    campaign = CampaignFactory.create()
    AdSetFactory.create_batch(15, campaign=campaign)
    with django_assert_max_num_queries(8):
        build_frame(campaign.account, Level.AD_SET, NOW)
