"""The metrics table: sums per window, what is unknown, state, targets, what was known when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, frame_for_tick, latest_frame, store_frame
from intelligence.models import Reading, StoredFrame
from metaads.models import AdAccount, AdSet, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


def value(frame: Frame, name: str, entity_id: str = "31") -> float:
    row = frame.row(entity_id)
    assert row is not None
    return float(column(frame, resolve(name))[row])


@pytest.fixture
def account() -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    campaign = CampaignFactory.create(account=account, meta_id="21")
    AdSetFactory.create(campaign=campaign, meta_id="31", name="Broad")
    return account


def history(account: AdAccount, days: int = 30, **row: float) -> None:
    """The same row each complete day, read the morning after."""
    for ago in range(1, days + 1):
        day = TODAY - timedelta(days=ago)
        reading(account, Level.AD_SET, day, NOW - timedelta(days=ago - 1), {"31": row})


def test_a_window_of_days_is_the_sum_of_its_days(account: AdAccount) -> None:
    history(account, spend=10.1, impressions=1000, clicks=20)
    frame = build_frame(account, Level.AD_SET, NOW)
    assert value(frame, "spend_7d") == 70.7
    assert value(frame, "impressions_30d") == 30_000
    assert value(frame, "ctr_3d") == 2.0


def test_a_day_that_was_never_read_makes_its_windows_unknown(account: AdAccount) -> None:
    history(account, days=5, spend=10)
    frame = build_frame(account, Level.AD_SET, NOW)
    assert value(frame, "spend_3d") == 30
    assert np.isnan(value(frame, "spend_7d"))
    assert np.isnan(value(frame, "spend_today"))


def test_a_stored_frame_comes_back_with_the_same_columns(account: AdAccount) -> None:
    history(account, spend=10, impressions=1000, clicks=20)
    made = frame_for_tick(account, Level.AD_SET, NOW)
    again = latest_frame(account, Level.AD_SET)
    assert again is not None
    assert again.read_at == made.read_at
    for name in ("spend_7d", "ctr_7d", "ctr_trend_7d", "spend_6d_incl_today", "parent_spend_7d", "name"):
        np.testing.assert_array_equal(column(again, resolve(name)), column(made, resolve(name)))


def test_the_two_rules_of_spec_that_live_on_absent_and_zero(account: AdAccount) -> None:
    """Clicks and no purchase: zero conversions are known. No list of actions at all: they are not."""
    row = {"spend": 20.0, "impressions": 900.0}
    for ago in range(1, 8):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        reading(account, Level.AD_SET, day, read_at, {"31": {**row, "actions.link_click": 9}, "32": row})
    AdSetFactory.create(campaign__account=account, meta_id="32")
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "spend_7d"), value(frame, "conversions_7d")) == (140, 0)
    assert (value(frame, "spend_7d", "32"), np.isnan(value(frame, "conversions_7d", "32"))) == (140, True)


def test_the_campaign_confirms_that_an_ad_set_without_actions_had_no_purchase(account: AdAccount) -> None:
    AdSetFactory.create(campaign=AdSet.objects.get().campaign, meta_id="32")
    for ago in range(1, 8):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        reading(account, Level.CAMPAIGN, day, read_at, {"21": {"impressions": 1000, "actions.omni_purchase": 2}})
        sets = {"31": {"impressions": 900, "actions.omni_purchase": 2}, "32": {"impressions": 100, "spend": 10}}
        reading(account, Level.AD_SET, day, read_at, sets)
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "conversions_7d"), value(frame, "conversions_7d", "32")) == (14, 0)


def test_the_ads_fill_in_what_the_ad_set_left_open(account: AdAccount) -> None:
    ad_set = AdSet.objects.get(meta_id="31")
    for meta_id in ("41", "42"):
        AdFactory.create(ad_set=ad_set, meta_id=meta_id)
    for ago in range(1, 4):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        reading(account, Level.AD_SET, day, read_at, {"31": {"impressions": 1000}})
        ads = {i: {"impressions": 500, "actions.omni_purchase": n} for i, n in (("41", 1), ("42", 2))}
        reading(account, Level.AD, day, read_at, ads)
    assert value(build_frame(account, Level.AD_SET, NOW), "conversions_3d") == 9


def test_a_live_ad_set_that_a_day_left_out_is_unknown_when_the_campaign_delivered_more(account: AdAccount) -> None:
    AdSetFactory.create(campaign=AdSet.objects.get().campaign, meta_id="32")
    for ago in range(1, 4):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        reading(account, Level.CAMPAIGN, day, read_at, {"21": {"impressions": 2000 if ago == 2 else 1000}})
        reading(account, Level.AD_SET, day, read_at, {"31": {"impressions": 1000, "spend": 5}})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "spend_3d"), value(frame, "spend_yesterday", "32")) == (15, 0)
    assert np.isnan(value(frame, "spend_3d", "32"))


def test_a_campaign_that_a_day_left_out_is_unknown_when_its_ad_sets_delivered(account: AdAccount) -> None:
    CampaignFactory.create(account=account, meta_id="22")
    for ago in range(1, 4):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        rows = {} if ago == 2 else {"21": {"impressions": 1000, "spend": 5}}
        reading(account, Level.CAMPAIGN, day, read_at, rows)
        reading(account, Level.AD_SET, day, read_at, {"31": {"impressions": 1000, "spend": 5}})
    frame = build_frame(account, Level.CAMPAIGN, NOW)
    assert value(frame, "spend_yesterday", "21") == 5
    assert np.isnan(value(frame, "spend_3d", "21"))
    assert np.isnan(value(frame, "impressions_3d", "21"))
    assert value(frame, "spend_3d", "22") == 0
    below = build_frame(account, Level.AD_SET, NOW)
    assert value(below, "spend_3d") == 15
    assert np.isnan(value(below, "parent_spend_3d"))


def test_an_ad_set_that_a_day_left_out_is_unknown_when_its_ads_delivered(account: AdAccount) -> None:
    AdFactory.create(ad_set=AdSet.objects.get(), meta_id="41")
    day = TODAY - timedelta(days=1)
    reading(account, Level.AD_SET, day, NOW, {})
    reading(account, Level.AD, day, NOW, {"41": {"impressions": 7}})
    assert np.isnan(value(build_frame(account, Level.AD_SET, NOW), "spend_yesterday"))


def test_a_campaign_that_was_left_out_confirms_no_zero(account: AdAccount) -> None:
    day = TODAY - timedelta(days=1)
    reading(account, Level.CAMPAIGN, day, NOW, {})
    reading(account, Level.AD_SET, day, NOW, {"31": {"impressions": 900, "spend": 10}})
    assert np.isnan(value(build_frame(account, Level.AD_SET, NOW), "conversions_yesterday"))


def test_a_deleted_sibling_still_counts_in_what_the_parent_delivered(account: AdAccount) -> None:
    campaign = AdSet.objects.get().campaign
    AdSetFactory.create(campaign=campaign, meta_id="32")
    AdSetFactory.create(campaign=campaign, meta_id="33", deleted_at=NOW)
    for ago in range(1, 4):
        day, read_at = TODAY - timedelta(days=ago), NOW - timedelta(days=ago - 1)
        reading(account, Level.CAMPAIGN, day, read_at, {"21": {"impressions": 2000}})
        reading(account, Level.AD_SET, day, read_at, {i: {"impressions": 1000, "spend": 5} for i in ("31", "33")})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert frame.row("33") is None
    assert value(frame, "spend_3d", "32") == 0


def test_a_frame_shows_the_past_as_it_was_known_then(account: AdAccount) -> None:
    """Meta restates: a conversion of the 18th appears only in a reading of the 20th."""
    day = date(2026, 11, 18)
    then = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
    reading(account, Level.AD_SET, day, then, {"31": {"spend": 9, "actions.omni_purchase": 1}})
    reading(account, Level.AD_SET, day, NOW, {"31": {"spend": 9, "actions.omni_purchase": 3}})
    assert value(build_frame(account, Level.AD_SET, then, known_at=then), "conversions_yesterday") == 1
    assert value(build_frame(account, Level.AD_SET, then, known_at=NOW), "conversions_yesterday") == 3
    assert build_frame(account, Level.AD_SET, then).read_at == then


def test_sums_of_cents_have_no_dust(account: AdAccount) -> None:
    """Seven times 0.1 is 0.7, so that a rule "spend_7d > 0.7" does not fire on rounding."""
    history(account, spend=0.1)
    assert value(build_frame(account, Level.AD_SET, NOW), "spend_7d") == 0.7


def test_an_entity_younger_than_the_window_is_summed_since_its_birth(account: AdAccount) -> None:
    AdSetFactory.create(campaign__account=account, meta_id="32", created_time=NOW - timedelta(days=2))
    for ago in range(3):
        day = TODAY - timedelta(days=ago)
        reading(account, Level.AD_SET, day, NOW - timedelta(hours=ago), {"32": {"spend": 4}})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "spend_7d", "32"), value(frame, "spend_lifetime", "32")) == (8, 12)
    assert np.isnan(value(frame, "spend_lifetime"))


def test_a_window_that_includes_today_ends_with_it(account: AdAccount) -> None:
    history(account, spend=10)
    reading(account, Level.AD_SET, TODAY, NOW, {"31": {"spend": 3}})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "spend_today"), value(frame, "spend_7d_incl_today"), value(frame, "spend_7d")) == (3, 63, 70)


def test_reach_of_a_week_is_metas_own_and_no_sum_of_days(account: AdAccount) -> None:
    history(account, impressions=100, reach=90)
    yesterday = TODAY - timedelta(days=1)
    reading(account, Level.AD_SET, yesterday, NOW, {"31": {"reach": 200}}, window="7d")
    frame = build_frame(account, Level.AD_SET, NOW)
    assert (value(frame, "reach_7d"), value(frame, "frequency_7d")) == (200, 3.5)
    assert value(frame, "frequency_yesterday") == pytest.approx(100 / 90)
    assert np.isnan(value(frame, "reach_14d"))


def test_a_stored_frame_is_small(account: AdAccount) -> None:
    """The promise in `table.STORED`: about 75 bytes an entity, so hourly frames of 350 entities are 20 MB a month."""
    campaign = AdSet.objects.get().campaign
    rng = np.random.default_rng(3)
    ids = [str(120_000 + i) for i in range(200)]
    for meta_id in ids:
        AdSetFactory.create(campaign=campaign, meta_id=meta_id)
    for ago in range(31):
        rows = {i: {"spend": round(rng.random() * 50, 2), "impressions": float(rng.poisson(900))} for i in ids}
        reading(account, Level.AD_SET, TODAY - timedelta(days=ago), NOW, rows)
    store_frame(build_frame(account, Level.AD_SET, NOW))
    assert len(StoredFrame.objects.get().packed) / 201 < 110


def test_the_frame_of_a_tick_is_made_once(account: AdAccount, django_assert_num_queries: Any) -> None:
    history(account, spend=10)
    frame_for_tick(account, Level.AD_SET, NOW)
    with django_assert_num_queries(2):
        assert value(frame_for_tick(account, Level.AD_SET, NOW), "spend_7d") == 70


def test_a_tick_that_is_run_again_after_new_data_sees_them(account: AdAccount) -> None:
    reading(account, Level.AD_SET, TODAY - timedelta(days=1), NOW - timedelta(hours=1), {"31": {"spend": 10}})
    assert np.isnan(value(frame_for_tick(account, Level.AD_SET, NOW), "spend_today"))
    reading(account, Level.AD_SET, TODAY, NOW, {"31": {"spend": 3}})
    assert value(frame_for_tick(account, Level.AD_SET, NOW), "spend_today") == 3
    assert StoredFrame.objects.count() == 1


def test_a_day_that_was_last_read_before_it_ended_is_no_whole_day(account: AdAccount) -> None:
    """Collection stopped at ten in the evening: two hours of yesterday are missing, so yesterday is unknown. While it
    was today, what had been read was all there was."""
    history(account, spend=10)
    Reading.objects.filter(level=Level.AD_SET, day=TODAY - timedelta(days=1)).delete()
    evening = datetime(2026, 11, 19, 21, tzinfo=UTC)
    reading(account, Level.AD_SET, TODAY - timedelta(days=1), evening, {"31": {"spend": 9.0}})
    frame = build_frame(account, Level.AD_SET, NOW)
    assert [np.isnan(value(frame, name)) for name in ("spend_yesterday", "spend_7d")] == [True, True]
    assert value(build_frame(account, Level.AD_SET, evening, known_at=evening), "spend_today") == 9
    reading(account, Level.AD_SET, TODAY - timedelta(days=1), NOW, {"31": {"spend": 11.0}})
    assert value(build_frame(account, Level.AD_SET, NOW), "spend_yesterday") == 11
