"""Lifetime sums: a reading of whole lives and the days after it, never a sum of the days that happen to be held."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from intelligence.metrics import catalog
from intelligence.metrics.table import build_frame
from metaads.models import AdAccount
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def value(account: AdAccount, name: str) -> float:
    frame = build_frame(account, "campaign", NOW)
    return float(catalog.column(frame, catalog.resolve(name))[0])


def campaign(account: AdAccount, days_old: int) -> str:
    return str(CampaignFactory.create(account=account, created_time=NOW - timedelta(days=days_old)).meta_id)


def test_the_reading_until_yesterday_and_today_make_the_life(account: AdAccount) -> None:
    meta_id = campaign(account, 400)
    yesterday = TODAY - timedelta(days=1)
    whole = {"spend": 9000.0, "impressions": 1e6, "reach": 4e5, "actions.omni_purchase": 300.0}
    reading(account, "campaign", yesterday, NOW, {meta_id: whole}, window="lifetime")
    today = {"spend": 10.0, "impressions": 1000.0, "reach": 900.0, "actions.omni_purchase": 2.0}
    reading(account, "campaign", TODAY, NOW, {meta_id: today})
    assert value(account, "spend_lifetime") == 9010.0
    assert value(account, "conversions_lifetime") == 302.0
    assert value(account, "reach_lifetime") == 4e5


def test_without_such_a_reading_an_old_life_is_unknown(account: AdAccount) -> None:
    meta_id = campaign(account, 400)
    reading(account, "campaign", TODAY, NOW, {meta_id: {"spend": 10.0}})
    assert np.isnan(value(account, "spend_lifetime"))


def test_a_young_one_is_the_sum_of_its_days(account: AdAccount) -> None:
    meta_id = campaign(account, 2)
    for ago in range(3):
        day = TODAY - timedelta(days=ago)
        reading(account, "campaign", day, NOW - timedelta(days=max(ago - 1, 0)), {meta_id: {"spend": 10.0}})
    assert value(account, "spend_lifetime") == 30.0
    assert np.isnan(value(account, "reach_lifetime"))


def test_what_is_older_than_meta_answers_for_is_unknown(account: AdAccount) -> None:
    meta_id = campaign(account, 1500)
    reading(account, "campaign", TODAY - timedelta(days=1), NOW, {meta_id: {"spend": 9000.0}}, window="lifetime")
    reading(account, "campaign", TODAY, NOW, {meta_id: {"spend": 10.0}})
    assert np.isnan(value(account, "spend_lifetime"))


def test_a_day_between_that_was_not_read_leaves_it_open(account: AdAccount) -> None:
    meta_id = campaign(account, 400)
    reading(account, "campaign", TODAY - timedelta(days=3), NOW, {meta_id: {"spend": 9000.0}}, window="lifetime")
    reading(account, "campaign", TODAY, NOW, {meta_id: {"spend": 10.0}})
    assert np.isnan(value(account, "spend_lifetime"))
