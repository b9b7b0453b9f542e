"""The story of observing an account, from the first look to the metrics table."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.families.base import numbers
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import latest_frame
from intelligence.models import Freshness, HourBlock, Reading, StoredFrame
from intelligence.observe import observe
from metaads.models import AdAccount, Campaign, Level
from metaads.switch import SwitchedOff
from tests.intelligence.conftest import Meta


def frame_of(account: AdAccount, level: str) -> Frame:
    frame = latest_frame(account, level)
    assert frame is not None
    return frame


def known(frame: Frame, name: str) -> Any:
    values = column(frame, resolve(name))
    return values[~np.isnan(values.astype(np.float64))]


def test_the_first_observation_gives_frames_with_30_days(meta: Meta) -> None:
    result = observe(meta.account, meta.now)
    assert result.ok, result
    for level in Level:
        frame = frame_of(meta.account, level)
        assert len(frame) == len(result.frames[level])
        assert frame.read_at == meta.now
        assert known(frame, "spend_30d").sum() > known(frame, "spend_7d").sum() > known(frame, "spend_today").sum() > 0


def test_the_levels_agree_on_what_was_spent(meta: Meta) -> None:
    observe(meta.account, meta.now)
    totals = [known(frame_of(meta.account, level), "spend_7d").sum() for level in Level]
    assert totals == pytest.approx([totals[0]] * 3, rel=0.001)


def test_frequency_of_seven_days_is_metas_own(meta: Meta) -> None:
    observe(meta.account, meta.now)
    frame = frame_of(meta.account, Level.AD)
    frequency = known(frame, "frequency_7d")
    assert len(frequency)
    assert (frequency >= 1).all()


def test_an_ad_with_clicks_and_no_purchase_has_zero_conversions_known(meta: Meta) -> None:
    """What the shipped rule "spend_7d > 50, conversions_7d = 0" lives on."""
    observe(meta.account, meta.now)
    frame = frame_of(meta.account, Level.AD)
    conversions = numbers(column(frame, resolve("conversions_today")))
    clicks = numbers(column(frame, resolve("actions.link_click_today")))
    assert ((conversions == 0) & (clicks > 0)).any()
    assert not np.isnan(conversions[clicks > 0]).any()


def test_yen_have_no_cents(meet: Callable[..., Meta]) -> None:
    meta = meet(1)
    observe(meta.account, meta.now)
    assert meta.account.currency == "JPY"
    frame = frame_of(meta.account, Level.CAMPAIGN)
    spend = known(frame, "spend_7d")
    assert (spend == np.round(spend)).all()
    budgets = known(frame, "daily_budget")
    stored = Campaign.objects.filter(account=meta.account, daily_budget__gt=0).values_list("daily_budget", flat=True)
    assert sorted(budgets.tolist()) == sorted(float(budget or 0) for budget in stored)


def test_a_later_observation_keeps_the_earlier_frame(meta: Meta) -> None:
    observe(meta.account, meta.now)
    observe(meta.account, meta.advance(1))
    assert StoredFrame.objects.count() == 6
    assert frame_of(meta.account, Level.AD).at == meta.now


def test_observing_the_same_moment_twice_adds_nothing(meta: Meta) -> None:
    observe(meta.account, meta.now)
    counts = [model.objects.count() for model in (HourBlock, StoredFrame, Freshness)]
    observe(meta.account, meta.now)
    assert [model.objects.count() for model in (HourBlock, StoredFrame, Freshness)] == counts


def test_a_revoked_token_is_answered_not_raised(meta: Meta) -> None:
    first = meta.now
    observe(meta.account, first)
    meta.control.fault("revoked", count=None)
    result = observe(meta.account, meta.advance(1))
    assert not result.ok
    frame = frame_of(meta.account, Level.AD)
    assert (frame.at, frame.read_at, frame.age) == (meta.now, first, timedelta(hours=1))


def test_with_intelligence_off_nothing_is_called_and_nothing_stored(meta: Meta, settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_INTELLIGENCE": False}
    with pytest.raises(SwitchedOff, match="ENABLE_INTELLIGENCE"):
        observe(meta.account, meta.now)
    assert not meta.wire.sent
    for model in (Reading, HourBlock, StoredFrame, Freshness, Campaign):
        assert not model._default_manager.exists()
