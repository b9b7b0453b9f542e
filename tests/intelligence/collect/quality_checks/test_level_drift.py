"""Levels drift: the ads must add up to their campaigns, deleted ads explain themselves."""

from datetime import timedelta

import pytest

from intelligence.collect.quality_checks.level_drift import LEVEL_DRIFT
from metaads.models import Ad, AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory
from tests.intelligence.collect.quality_checks.days import NOW, TODAY


@pytest.fixture
def account(db: None) -> AdAccount:
    campaign = CampaignFactory.create(meta_id="21")
    account: AdAccount = campaign.account
    ad_set = AdSetFactory.create(campaign=campaign, meta_id="31")
    for meta_id in ("41", "42"):
        AdFactory.create(ad_set=ad_set, meta_id=meta_id)
    return account


def read(account: AdAccount, campaign: float, ads: dict[str, float], hours_apart: float = 0) -> None:
    for ago in (1, 2, 3):
        day, at = TODAY - timedelta(days=ago), NOW - timedelta(hours=1)
        reading(account, Level.CAMPAIGN, day, at - timedelta(hours=hours_apart), {"21": {"impressions": campaign}})
        reading(account, Level.AD, day, at, {ad: {"impressions": shown} for ad, shown in ads.items()})


def test_ads_that_add_up_are_fine(account: AdAccount) -> None:
    read(account, 10_000, {"41": 6_000, "42": 3_950})
    assert LEVEL_DRIFT.look(account, NOW).verdict == "fine"


@pytest.mark.parametrize("ads", [{"41": 6_000, "42": 3_000}, {"41": 6_000}, {"41": 9_000, "42": 3_000}])
def test_ads_that_do_not_are_doubtful_in_both_directions(account: AdAccount, ads: dict[str, float]) -> None:
    read(account, 10_000, ads)
    found = LEVEL_DRIFT.look(account, NOW)
    assert found.verdict == "doubtful"
    assert "their campaigns to 10,000" in found.sentence


def test_a_deleted_ad_explains_what_its_campaign_has_more(account: AdAccount) -> None:
    Ad.objects.filter(meta_id="42").update(deleted_at=NOW)
    read(account, 10_000, {"41": 6_000})
    assert LEVEL_DRIFT.look(account, NOW).verdict == "unknown"


def test_levels_read_at_other_times_are_not_compared(account: AdAccount) -> None:
    read(account, 8_000, {"41": 6_000, "42": 4_000}, hours_apart=5)
    assert LEVEL_DRIFT.look(account, NOW).verdict == "unknown"


def test_an_ad_that_is_not_mirrored_yet_is_no_drift(account: AdAccount) -> None:
    read(account, 10_000, {"41": 6_000, "42": 3_000, "99": 1_000})
    assert LEVEL_DRIFT.look(account, NOW).verdict == "unknown"


def test_little_delivery_is_no_ground_for_doubt(account: AdAccount) -> None:
    read(account, 500, {"41": 100})
    assert LEVEL_DRIFT.look(account, NOW).verdict == "unknown"
