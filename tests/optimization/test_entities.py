"""Entities from the mirror: where the budget lives, parents, and what vanished."""

from typing import Any

import pytest

from metaads.models import AdSet
from optimization.entities import load, load_one
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db


def test_under_abo_the_budget_of_an_ad_lives_on_its_ad_set() -> None:
    ad = AdFactory.create()
    found = load_one(ad.account, "ad", ad.meta_id)
    assert found is not None
    assert found.parent_ids == (ad.ad_set.meta_id, ad.campaign.meta_id)
    assert found.budget_home is not None
    assert (found.budget_home.level, found.budget_home.meta_id) == ("adset", ad.ad_set.meta_id)


def test_under_cbo_it_lives_on_the_campaign_also_for_the_ad_set() -> None:
    campaign = CampaignFactory.create(daily_budget=50_000)
    ad = AdFactory.create(ad_set=AdSetFactory.create(campaign=campaign, daily_budget=0))
    for level, row in (("ad", ad), ("adset", ad.ad_set), ("campaign", campaign)):
        found = load_one(campaign.account, level, row.meta_id)
        assert found is not None
        assert found.budget_home is not None
        assert (found.budget_home.meta_id, found.budget_home.budget_field) == (campaign.meta_id, "daily_budget")


def test_a_lifetime_budget_is_a_budget() -> None:
    ad_set = AdSetFactory.create(daily_budget=0, lifetime_budget=90_000)
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    assert found.budget_field == "lifetime_budget"
    assert found.value_of("lifetime_budget") == 90_000


def test_without_any_budget_there_is_no_home() -> None:
    ad_set = AdSetFactory.create(daily_budget=None)
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    assert (found.budget_field, found.budget_home) == (None, None)


@pytest.mark.parametrize("level", ["campaign", "adset", "ad"])
def test_what_was_deleted_at_meta_or_belongs_to_another_account_is_not_found(level: str) -> None:
    ad, other = AdFactory.create(), AdFactory.create()
    row = {"campaign": ad.campaign, "adset": ad.ad_set, "ad": ad}[level]
    assert load_one(ad.account, level, row.meta_id) is not None
    assert load_one(other.account, level, row.meta_id) is None
    type(row).objects.filter(pk=row.pk).update(deleted_at=NOW)
    assert load_one(ad.account, level, row.meta_id) is None


def test_many_are_loaded_with_one_query(django_assert_num_queries: object) -> None:
    first: AdSet = AdSetFactory.create()
    ads = AdFactory.create_batch(4, ad_set=first)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = load(first.account, "ad", [ad.meta_id for ad in ads])
        assert {one.campaign_name for one in found.values()} == {first.campaign.name}
    assert len(found) == 4


def test_bid_and_targeting_are_loaded_only_where_they_are_asked_for() -> None:
    targeting = {"age_min": 25, "geo_locations": {"countries": ["DE"]}}
    campaign = CampaignFactory.create(special_ad_categories=["HOUSING"])
    ad_set = AdSetFactory.create(campaign=campaign, bid_strategy="COST_CAP", bid_amount=900, targeting=targeting)
    plain = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert plain is not None
    assert (plain.bid, plain.targeting, plain.special_ad_categories) == (None, None, ())
    whole = load_one(ad_set.account, "adset", ad_set.meta_id, "targeting")
    assert whole is not None
    assert whole.value_of("bid") == {"bid_strategy": "COST_CAP", "bid_amount": 900, "bid_constraints": None}
    assert (whole.value_of("targeting"), whole.special_ad_categories) == (targeting, ("HOUSING",))


def test_the_bid_of_a_campaign_holds_the_amounts_of_its_ad_sets_that_are_there() -> None:
    campaign = CampaignFactory.create(daily_budget=50_000, bid_strategy="COST_CAP")
    ours, _, _ = (
        AdSetFactory.create(campaign=campaign, bid_amount=900),
        AdSetFactory.create(campaign=campaign, bid_amount=700, deleted_at=NOW),
        AdSetFactory.create(bid_amount=500),
    )
    found = load_one(campaign.account, "campaign", campaign.meta_id, "bid")
    assert found is not None
    assert found.bid is not None
    assert found.bid["adset_bid_amounts"] == {ours.meta_id: 900}
    assert found.ad_set_ids == (ours.meta_id,)


def test_a_campaign_without_a_budget_and_what_is_unknown_have_no_bid(django_assert_num_queries: Any) -> None:
    ad_set = AdSetFactory.create(bid_strategy="", targeting={})
    with django_assert_num_queries(3):
        campaign = load_one(ad_set.account, "campaign", ad_set.campaign.meta_id, "bid")
    with django_assert_num_queries(2):
        found = load_one(ad_set.account, "adset", ad_set.meta_id, "bid")
    assert campaign is not None
    assert found is not None
    assert (campaign.bid, found.bid, found.targeting) == (None, None, None)
