"""The world that kinds ask: relatives from the mirror, figures from a table fresh enough, few queries."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from metaads.models import AdSet
from optimization.entities import account_entity, load_one
from optimization.live_world import LiveWorld
from optimization.world import Tighter
from tests.factories.metaads import AdFactory, AdSetFactory
from tests.factories.optimization import NOW, keep_frame

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def test_children_come_with_one_query_for_all_that_are_asked_about(
    ad_set: AdSet, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign)
    ads = [AdFactory.create(ad_set=one, campaign=ad_set.campaign) for one in (ad_set, ad_set, other)]
    AdFactory.create(ad_set=other, campaign=ad_set.campaign, status="ARCHIVED")
    AdFactory.create(ad_set=other, campaign=ad_set.campaign, deleted_at=NOW)
    account = ad_set.account
    sets = [load_one(account, "adset", one.meta_id) for one in (ad_set, other)]
    world = LiveWorld(account, NOW, [one for one in sets if one])
    with django_assert_num_queries(1):
        found = [[child.meta_id for child in world.children(one)] for one in sets if one]
    assert found == [sorted(ad.meta_id for ad in ads[:2]), [ads[2].meta_id]]


def test_below_the_account_stand_its_campaigns_and_below_an_ad_nothing(ad_set: AdSet) -> None:
    world = LiveWorld(ad_set.account, NOW)
    campaigns = world.children(account_entity(ad_set.account))
    assert [one.meta_id for one in campaigns] == [ad_set.campaign.meta_id]
    assert [one.meta_id for one in world.children(campaigns[0])] == [ad_set.meta_id]
    ad = AdFactory.create(ad_set=ad_set, campaign=ad_set.campaign)
    below = load_one(ad_set.account, "ad", ad.meta_id)
    assert below is not None
    assert list(world.children(below)) == []


@pytest.mark.parametrize(("age", "known"), [(timedelta(minutes=5), True), (timedelta(hours=9), False)])
def test_a_figure_is_unknown_where_the_table_is_too_old(ad_set: AdSet, age: timedelta, known: bool) -> None:
    keep_frame(ad_set.account, "adset", {"ids": [ad_set.meta_id], "spend_7d": [70.5]}, age=age)
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    assert LiveWorld(ad_set.account, NOW).figure(found, "spend_7d") == (70.5 if known else None)


def test_an_unknown_figure_is_never_zero(ad_set: AdSet) -> None:
    keep_frame(ad_set.account, "adset", {"ids": ["1"], "spend_7d": [None]})
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    world = LiveWorld(ad_set.account, NOW)
    assert world.figure(found, "spend_7d") is None
    assert world.figure(account_entity(ad_set.account), "spend_7d") is None


def test_a_rules_own_largest_change_only_narrows_the_limits(ad_set: AdSet) -> None:
    world = LiveWorld(ad_set.account, NOW)
    assert Tighter(world, 10).limits.max_increase_percent == 10
    assert Tighter(world, 90).limits.max_increase_percent == world.limits.max_increase_percent


def test_metas_minimum_is_unknown_until_it_was_read(ad_set: AdSet) -> None:
    account = ad_set.account
    account.minimum_budgets, account.min_daily_budget = {}, None
    world = LiveWorld(account, NOW)
    entity = account_entity(account)
    assert world.least_budget(entity) is None
    account.min_daily_budget = 120
    assert world.least_budget(entity) == 120
    account.minimum_budgets = {"imp": 100, "low_freq": 4_000}
    assert world.least_budget(entity) == 100
