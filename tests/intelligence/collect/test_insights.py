"""Collecting from the sandbox: complete, idempotent, isolated from failure."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings

from intelligence.collect.insights import collect
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from intelligence.models import Freshness, HourBlock, Reading
from metaads.models import AdAccount, Level, SwitchState
from metaads.switch import COLLECTION, SwitchedOff
from metaads.sync.structure import sync_structure
from tests.factories.intelligence import hours_kept
from tests.intelligence.conftest import Meta

LEVELS = (Level.CAMPAIGN, Level.AD_SET, Level.AD)


def test_today_is_read_at_all_levels_and_fresh(meta: Meta) -> None:
    result = collect(meta.account, meta.now)
    assert result.ok
    assert set(result.rows) == set(LEVELS)
    assert {row.read_at for row in Freshness.objects.all()} == {meta.now}


def test_a_collection_is_one_call_per_level_and_window_not_per_entity(meta: Meta) -> None:
    collect(meta.account, meta.now)
    meta.advance(1)
    before = meta.calls()
    collect(meta.account, meta.now)
    assert meta.calls() - before <= 6


def test_all_pages_are_read(meta: Meta) -> None:
    with override_settings(INSIGHTS_PAGE_SIZE=3):
        collect(meta.account, meta.now)
    by_three = Reading.objects.get(level=Level.AD, window=Reading.DAY)
    assert by_three.rows > 3
    Reading.objects.all().delete()
    collect(meta.account, meta.now)
    assert Reading.objects.get(level=Level.AD, window=Reading.DAY).digest == by_three.digest


def test_collecting_twice_at_the_same_moment_leaves_the_same_rows(meta: Meta) -> None:
    collect(meta.account, meta.now)
    first = (list(Reading.objects.order_by("id").values("id", "digest")), HourBlock.objects.count())
    collect(meta.account, meta.now)
    again = list(Reading.objects.filter(id__lte=first[0][-1]["id"]).order_by("id").values("id", "digest"))
    assert (again, HourBlock.objects.count()) == first


def test_the_hours_of_the_day_add_up_to_what_meta_says(meta: Meta) -> None:
    for _ in range(4):
        collect(meta.account, meta.now)
        meta.advance(1)
    sync_structure(meta.account, meta.now)
    collect(meta.account, meta.now)
    frame = build_frame(meta.account, Level.AD_SET, meta.now)
    spend = column(frame, resolve("spend_today"))
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for one in hours_kept(meta.account, level=Level.AD_SET):
        hours[one.entity_id] += one.spend or 0
    assert len(hours) > 2
    for entity_id, total in hours.items():
        row = frame.row(entity_id)
        assert row is not None
        assert total == Decimal(str(spend[row]))


def test_a_failing_level_leaves_the_others_and_its_own_last_state(meta: Meta) -> None:
    collect(meta.account, meta.now)
    before = meta.now
    later = meta.advance(1)
    meta.breaks("error_500", "level=adset")
    result = collect(meta.account, later)
    assert set(result.problems) >= {Level.AD_SET}
    assert Freshness.objects.get(level=Level.CAMPAIGN).read_at == later
    stuck = Freshness.objects.get(level=Level.AD_SET)
    assert stuck.read_at == before
    assert stuck.problem


def test_a_failure_in_the_middle_of_the_pages_stores_nothing_of_them(meta: Meta) -> None:
    with override_settings(INSIGHTS_PAGE_SIZE=3):
        meta.breaks("html_502", "after=")
        result = collect(meta.account, meta.now, levels=[Level.AD])
    assert not result.ok
    assert not Reading.objects.exists()
    assert not HourBlock.objects.exists()
    assert Freshness.objects.get().read_at is None


def test_a_rate_limit_ends_the_collection_at_once_and_says_when_to_come_back(meta: Meta) -> None:
    meta.control.fault("insights_limit", path="insights", count=1)
    result = collect(meta.account, meta.now, machine_now=meta.now)
    assert set(result.problems) >= set(LEVELS)
    assert meta.calls() == 1
    meta.account.refresh_from_db()
    assert meta.account.next_collect_at is not None
    assert meta.account.next_collect_at >= meta.now + timedelta(minutes=1)


def test_a_revoked_token_is_told_at_every_level(meta: Meta) -> None:
    meta.control.fault("revoked", count=None)
    result = collect(meta.account, meta.now)
    assert set(result.problems) >= set(LEVELS)
    assert all(row.problem for row in Freshness.objects.all())


def test_failures_are_counted_and_forgotten_after_a_success(meta: Meta) -> None:
    meta.control.fault("error_500", path="insights", count=None)
    for failures in (1, 2):
        collect(meta.account, meta.now, machine_now=meta.now)
        meta.account.refresh_from_db()
        assert (meta.account.consecutive_failures, bool(meta.account.last_error)) == (failures, True)
    meta.mended()
    collect(meta.account, meta.now, machine_now=meta.now)
    meta.account.refresh_from_db()
    assert (meta.account.consecutive_failures, meta.account.last_error) == (0, "")
    assert meta.account.next_collect_at is None
    assert not Freshness.objects.exclude(problem="").exists()


@pytest.mark.parametrize("off", ["ENABLE_INTELLIGENCE", "ENABLE_INSIGHTS_COLLECTION"])
def test_switched_off_means_no_call_and_no_row(meta: Meta, settings: Any, off: str) -> None:
    settings.SWITCHES = {**settings.SWITCHES, off: False}
    with pytest.raises(SwitchedOff, match=off):
        collect(meta.account, meta.now)
    assert not meta.wire.sent
    assert not Reading.objects.exists()
    assert not Freshness.objects.exists()


def test_the_administrators_switch_stops_it_as_well(meta: Meta) -> None:
    SwitchState.objects.create(name=COLLECTION, on=False)
    with pytest.raises(SwitchedOff, match="admin"):
        collect(meta.account, meta.now)
    assert not meta.wire.sent


@pytest.mark.parametrize("unwatched", [{"active": False}, {"read_only": True}])
def test_an_account_that_is_not_watched_is_not_read(meta: Meta, unwatched: dict[str, bool]) -> None:
    AdAccount.objects.update(**unwatched)
    meta.account.refresh_from_db()
    assert "not watched" in collect(meta.account, meta.now).problems["account"]
    assert not meta.wire.sent


def test_an_older_business_time_does_not_make_the_data_look_older(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.now - timedelta(minutes=5))
    assert {row.read_at for row in Freshness.objects.all()} == {meta.now}


def test_reach_of_seven_days_is_read_once_a_day(meta: Meta) -> None:
    collect(meta.account, meta.now)
    seven = Reading.objects.filter(window="7d")
    assert set(seven.values_list("level", flat=True)) == set(LEVELS)
    count = seven.count()
    meta.advance(1)
    collect(meta.account, meta.now)
    assert seven.count() == count
    meta.advance(24)
    assert collect(meta.account, meta.now).problems == {}
    assert seven.count() == count + 3


def test_reach_of_longer_windows_follows_one_a_collection(meta: Meta) -> None:
    windows = []
    for _ in range(4):
        collect(meta.account, meta.now, levels=[Level.AD])
        windows.append(set(Reading.objects.exclude(window=Reading.DAY).values_list("window", flat=True)))
        meta.advance(1)
    days = ["7d", "14d", "28d", "30d"]
    assert windows == [set(days[:2]), set(days[:3]), set(days), {*days, "lifetime"}]
