"""Delivery status of an hour, with the level of its cause."""

import pytest

from intelligence.collect.delivery import Standing, standings
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from tests.factories.metaads import AdFactory

DELIVERS = Standing("delivering")


@pytest.fixture
def ad(db: None) -> Ad:
    made: Ad = AdFactory.create(effective_status="ACTIVE")
    made.ad_set.effective_status = made.campaign.effective_status = "ACTIVE"
    made.ad_set.save()
    made.campaign.save()
    return made


def found(ad: Ad) -> list[Standing]:
    """Campaign, ad set, ad."""
    ids = (ad.campaign.meta_id, ad.ad_set.meta_id, ad.meta_id)
    return [standings(ad.account, level)[one] for level, one in zip(Level, ids, strict=True)]


def test_what_is_active_all_the_way_delivers(ad: Ad) -> None:
    assert found(ad) == [DELIVERS] * 3


def test_a_paused_campaign_stops_all_below_it(ad: Ad) -> None:
    Campaign.objects.update(effective_status="PAUSED")
    AdSet.objects.update(effective_status="CAMPAIGN_PAUSED")
    Ad.objects.update(effective_status="CAMPAIGN_PAUSED")
    assert found(ad) == [Standing("not_delivering", "campaign")] * 3


def test_a_paused_ad_set_is_the_cause_above_and_below(ad: Ad) -> None:
    AdSet.objects.update(effective_status="PAUSED")
    Ad.objects.update(effective_status="ADSET_PAUSED")
    assert found(ad) == [Standing("not_delivering", "adset")] * 3


def test_a_refused_ad_leaves_its_ad_set_without_any(ad: Ad) -> None:
    Ad.objects.update(effective_status="DISAPPROVED")
    assert found(ad) == [Standing("not_delivering", "ad")] * 3


def test_failed_learning_limits(ad: Ad) -> None:
    AdSet.objects.update(learning_status="FAIL")
    assert found(ad) == [Standing("limited", "adset")] * 3


def test_a_campaign_with_one_good_ad_set_delivers(ad: Ad) -> None:
    AdSet.objects.update(learning_status="FAIL")
    other = AdFactory.create(ad_set__campaign=ad.campaign, effective_status="ACTIVE")
    AdSet.objects.filter(pk=other.ad_set.pk).update(effective_status="ACTIVE", learning_status="SUCCESS")
    assert found(ad) == [DELIVERS, Standing("limited", "adset"), Standing("limited", "adset")]


def test_a_disabled_account_stops_everything(ad: Ad) -> None:
    AdAccount.objects.update(account_status=2)
    ad.account.refresh_from_db()
    assert found(ad) == [Standing("not_delivering", "account")] * 3


def test_without_a_status_nothing_is_said(ad: Ad) -> None:
    Ad.objects.update(effective_status="")
    assert found(ad)[2] == Standing()
