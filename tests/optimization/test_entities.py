"""Entities from the mirror: where the budget lives, parents, and what vanished."""

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
