"""The metrics table: sums per window, what is unknown, state, targets, what was known when."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, frame_for_tick, latest_frame
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


def value(frame: Frame, name: str, entity_id: str = "31") -> float | str:
    row = frame.row(entity_id)
    assert row is not None
    found = column(frame, resolve(name))[row]
    return str(found) if isinstance(found, str) else float(found)


@pytest.fixture
def account() -> AdAccount:
    account = AdAccountFactory.create()
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
