"""The account's objects as the rails ask for them: what budgets are on, and who is learning."""

from datetime import timedelta

import pytest

from metaads.models import AdAccount, AdSet
from optimization.entities import load_one
from optimization.limits import limits_for
from optimization.queue.estate import estate_now
from optimization.queue.objects import Objects
from tests.factories.metaads import AdSetFactory, CampaignFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def objects_of(account: AdAccount) -> Objects:
    return estate_now(account, NOW, limits_for(account)).objects


def test_switching_a_campaign_on_adds_what_is_on_below_it() -> None:
    campaign = CampaignFactory.create(status="PAUSED")
    AdSetFactory.create_batch(2, campaign=campaign)
    AdSetFactory.create(campaign=campaign, status="PAUSED")
    ends = NOW + timedelta(days=10)
    AdSetFactory.create(campaign=campaign, daily_budget=None, lifetime_budget=50_000, stop_time=ends)
    objects = objects_of(campaign.account)
    found = load_one(campaign.account, "campaign", campaign.meta_id)
    assert found is not None
    assert objects.idle(found) == 25_000
    assert objects.largest(found) == 10_000
    assert objects.in_campaign(campaign.meta_id) == 25_000
    assert objects.in_account == 0


def test_of_a_lifetime_budget_only_what_is_left_is_spread_over_the_days_left(ad_set: AdSet) -> None:
    held = objects_of(ad_set.account).in_account
    AdSetFactory.create(
        campaign=ad_set.campaign, daily_budget=None, lifetime_budget=50_000, budget_remaining=8_000,
        stop_time=NOW + timedelta(days=4),
    )  # fmt: skip
    objects = objects_of(ad_set.account)
    assert held is not None
    assert objects.in_account == held + 2_000


def test_a_lifetime_budget_without_an_end_makes_the_sum_unknown(ad_set: AdSet) -> None:
    AdSetFactory.create(campaign=ad_set.campaign, daily_budget=None, lifetime_budget=50_000)
    assert objects_of(ad_set.account).in_account is None


def test_a_campaign_is_learning_while_one_of_its_ad_sets_is(ad_set: AdSet) -> None:
    objects = objects_of(ad_set.account)
    campaign = load_one(ad_set.account, "campaign", ad_set.campaign.meta_id)
    assert campaign is not None
    assert objects.learning(campaign) == ""
    AdSetFactory.create(campaign=ad_set.campaign, learning_status="LEARNING", effective_status="PAUSED")
    assert objects_of(ad_set.account).learning(campaign) == ""
    AdSetFactory.create(campaign=ad_set.campaign, learning_status="LEARNING")
    assert objects_of(ad_set.account).learning(campaign) == "LEARNING"


def test_what_has_ended_adds_nothing_whatever_its_status(ad_set: AdSet) -> None:
    held = objects_of(ad_set.account).in_account
    over = {"campaign": ad_set.campaign, "stop_time": NOW - timedelta(days=30)}
    AdSetFactory.create(daily_budget=None, lifetime_budget=400_000, budget_remaining=400_000, **over)
    AdSetFactory.create(daily_budget=7_000, **over)
    CampaignFactory.create(account=ad_set.account, daily_budget=9_000, stop_time=NOW - timedelta(hours=1))
    assert objects_of(ad_set.account).in_account == held


def test_a_paused_lifetime_budget_is_told_for_when_it_is_switched_on(ad_set: AdSet) -> None:
    made: AdSet = AdSetFactory.create(
        campaign=ad_set.campaign, daily_budget=None, lifetime_budget=9_000, status="PAUSED",
        stop_time=NOW + timedelta(days=3),
    )  # fmt: skip
    found = load_one(made.account, "adset", made.meta_id)
    assert found is not None
    assert objects_of(made.account).idle(found) == 3_000
