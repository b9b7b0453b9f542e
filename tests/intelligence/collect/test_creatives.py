"""Daily rows per creative and campaign, with the creative of the day, as known at a moment."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from intelligence.collect.store import Slot, keep
from intelligence.creatives import CreativeSums, creative_sums
from intelligence.metrics.states import keep_states
from intelligence.models import CreativeDay
from metaads.models import Ad, AdAccount, Campaign, Level
from tests.factories.intelligence import Row, totals
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory, CreativeFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)
FIRST, SECOND = 901, 902


@pytest.fixture
def campaign(db: None) -> Campaign:
    made: Campaign = CampaignFactory.create(meta_id="11")
    return made


@pytest.fixture
def account(campaign: Campaign) -> AdAccount:
    """Three ads of one ad set: two with the first creative, one with the second."""
    ad_set = AdSetFactory.create(campaign=campaign)
    first, second = (CreativeFactory.create(account=campaign.account, meta_id=str(n)) for n in (FIRST, SECOND))
    for meta_id, creative in (("51", first), ("52", first), ("53", second)):
        AdFactory.create(ad_set=ad_set, meta_id=meta_id, creative=creative)
    return campaign.account


def read(account: AdAccount, day: date, at: datetime, rows: dict[str, Row]) -> None:
    keep(Slot(account, Level.AD, day), totals(rows), at)


def spend(sums: CreativeSums) -> dict[tuple[int, int], Decimal]:
    pairs = zip(sums.creatives.tolist(), sums.campaigns.tolist(), strict=True)
    return dict(zip(pairs, (Decimal(str(value)) for value in sums.columns["spend"].tolist()), strict=True))


def test_a_creative_used_by_several_ads_is_one_row_a_campaign(account: AdAccount) -> None:
    sold = {"actions.omni_purchase": 2, "action_values.omni_purchase": 50.1}
    rows = {"51": {"spend": 0.1, "impressions": 10, **sold}, "52": {"spend": 0.2, "impressions": 5, **sold}}
    read(account, TODAY, NOW, {**rows, "53": {"spend": 7, "actions.omni_purchase": 0}})
    sums = creative_sums(account, (TODAY, TODAY), NOW)
    assert spend(sums) == {(FIRST, 11): Decimal("0.3"), (SECOND, 11): 7}
    assert sums.columns["impressions"][0] == 15
    assert (sums.columns["conversions"][0], sums.columns["conversion_value"][0]) == (4, 100.2)
    assert np.isnan(sums.columns["impressions"][1])


def test_the_same_creative_in_two_campaigns_is_two_rows(account: AdAccount) -> None:
    other = AdSetFactory.create(campaign=CampaignFactory.create(account=account, meta_id="12"))
    AdFactory.create(ad_set=other, meta_id="54", creative=Ad.objects.get(meta_id="51").creative)
    read(account, TODAY, NOW, {"51": {"spend": 1}, "54": {"spend": 2}})
    sums = creative_sums(account, (TODAY, TODAY), NOW)
    assert spend(sums) == {(FIRST, 11): 1, (FIRST, 12): 2}
    assert spend(creative_sums(account, (TODAY, TODAY), NOW, campaign_id="12")) == {(FIRST, 12): 2}
    assert spend(sums.by_creative()) == {(FIRST, 0): 3}


def test_what_an_ad_did_belongs_to_the_creative_it_had_that_day(account: AdAccount) -> None:
    keep_states(account, NOW - timedelta(days=1))
    read(account, YESTERDAY, NOW - timedelta(days=1), {"51": {"spend": 3}})
    Ad.objects.filter(meta_id="51").update(creative=Ad.objects.get(meta_id="53").creative)
    keep_states(account, NOW)
    read(account, TODAY, NOW, {"51": {"spend": 4}})
    read(account, YESTERDAY, NOW, {"51": {"spend": 3.5}})  # restated after the change
    sums = creative_sums(account, (YESTERDAY, TODAY), NOW)
    assert spend(sums) == {(FIRST, 11): Decimal("3.5"), (SECOND, 11): 4}
    assert (sums.days, sums.first_day) == (2, YESTERDAY)


def test_a_past_moment_sees_what_was_known_then(account: AdAccount) -> None:
    read(account, YESTERDAY, NOW - timedelta(hours=6), {"51": {"spend": 3}})
    read(account, YESTERDAY, NOW, {"51": {"spend": 5}})
    days = (YESTERDAY, YESTERDAY)
    assert spend(creative_sums(account, days, NOW)) == {(FIRST, 11): 5}
    assert spend(creative_sums(account, days, NOW - timedelta(hours=1))) == {(FIRST, 11): 3}
    assert len(creative_sums(account, days, NOW - timedelta(days=1))) == 0


def test_a_read_that_says_the_same_adds_no_row(account: AdAccount) -> None:
    for minutes in (0, 5):
        read(account, TODAY, NOW + timedelta(minutes=minutes), {"51": {"spend": 3}})
    assert CreativeDay.objects.count() == 1


def test_an_ad_that_the_mirror_does_not_know_is_not_lost(account: AdAccount) -> None:
    read(account, TODAY, NOW, {"51": {"spend": 1}, "99": {"spend": 2}})
    assert sum(spend(creative_sums(account, (TODAY, TODAY), NOW)).values()) == 3


def test_another_account_and_other_levels_have_no_rows(account: AdAccount) -> None:
    keep(Slot(account, Level.AD_SET, TODAY), totals({"31": {"spend": 1}}), NOW)
    read(CampaignFactory.create().account, TODAY, NOW, {"51": {"spend": 1}})
    assert len(creative_sums(account, (TODAY, TODAY), NOW)) == 0
