"""Old frames: one an hour stays whole, of the others what matched."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from intelligence.collect.thin import note_matches, thin_frames
from intelligence.metrics.table import latest_frame, load_frame
from intelligence.models import StoredFrame
from metaads.models import AdAccount, Level
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import keep_frame

THEN = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
NOW = THEN + timedelta(days=2)


@pytest.fixture
def account(db: None) -> AdAccount:
    """Frames at 12:00, 12:05, 12:10 and 13:00; at 12:05 a rule matched one of two ad sets."""
    account: AdAccount = AdAccountFactory.create()
    columns: dict[str, list[Any]] = {"ids": ["1", "2"], "spend_7d": [1.0, 9.0]}
    frames = [keep_frame(account, "adset", columns, THEN + timedelta(minutes=n)) for n in (0, 5, 10, 60)]
    note_matches(account, [(frames[1], ["2"]), (frames[1], []), (frames[2], [])])
    return account


def kept(account: AdAccount) -> list[tuple[int, bool, list[str]]]:
    rows = StoredFrame.objects.filter(account=account).select_related("account").order_by("at")
    return [((row.at - THEN).seconds // 60, row.whole, load_frame(row).ids.tolist()) for row in rows]


def test_the_first_of_each_hour_stays_whole_and_matches_stay(account: AdAccount) -> None:
    assert thin_frames(account, NOW) == 1
    assert kept(account) == [(0, True, ["1", "2"]), (5, False, ["2"]), (60, True, ["1", "2"])]


def test_thinning_twice_changes_nothing(account: AdAccount) -> None:
    thin_frames(account, NOW)
    once = kept(account)
    assert thin_frames(account, NOW) == 0
    assert kept(account) == once


def test_frames_of_the_last_day_are_whole(account: AdAccount) -> None:
    assert thin_frames(account, THEN + timedelta(hours=23)) == 0
    assert len(kept(account)) == 4


def test_the_newest_frame_is_a_whole_one(account: AdAccount) -> None:
    thin_frames(account, NOW)
    StoredFrame.objects.filter(at__gte=THEN + timedelta(minutes=10)).delete()
    frame = latest_frame(account, Level.AD_SET)
    assert frame is not None
    assert frame.at == THEN


def test_other_accounts_and_levels_have_hours_of_their_own(account: AdAccount) -> None:
    other: AdAccount = AdAccountFactory.create()
    keep_frame(other, "adset", {"ids": ["1"]}, THEN + timedelta(minutes=7))
    keep_frame(account, "ad", {"ids": ["1"]}, THEN + timedelta(minutes=7))
    thin_frames(account, NOW)
    assert kept(other) == [(7, True, ["1"])]
    assert StoredFrame.objects.filter(account=account, level="ad").count() == 1
