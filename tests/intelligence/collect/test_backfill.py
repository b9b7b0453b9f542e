"""The past: filled once, resumed where it stopped, never asked twice."""

from datetime import timedelta

from django.test import override_settings

from intelligence.collect.backfill import backfill, missing_days
from intelligence.models import Freshness, HourBlock, Reading
from metaads.models import Level
from tests.intelligence.conftest import Meta

DAYS = 30


def test_every_day_of_every_level_is_held_afterwards(meta: Meta) -> None:
    result = backfill(meta.account, meta.now, DAYS)
    assert result.ok
    assert result.days == 3 * DAYS
    assert missing_days(meta.account, meta.now, DAYS) == 0
    today = meta.now.date()
    assert {row.history_from for row in Freshness.objects.all()} == {today - timedelta(days=DAYS)}


def test_days_already_held_are_not_asked_again(meta: Meta) -> None:
    backfill(meta.account, meta.now, DAYS)
    before = meta.calls()
    assert backfill(meta.account, meta.now, DAYS).days == 0
    assert meta.calls() == before


def test_it_goes_on_where_it_was_interrupted(meta: Meta) -> None:
    meta.breaks("error_500", "level=adset")
    first = backfill(meta.account, meta.now, DAYS)
    assert not first.ok
    assert Level.CAMPAIGN in first.covered_from
    assert Level.AD_SET not in first.covered_from
    meta.mended()
    second = backfill(meta.account, meta.now, DAYS)
    assert second.ok
    assert first.days + second.days == 3 * DAYS


def test_an_interrupted_level_is_covered_only_as_far_as_it_has_no_gap(meta: Meta) -> None:
    backfill(meta.account, meta.now, 5, levels=[Level.AD])
    today = meta.now.date()
    Reading.objects.filter(day=today - timedelta(days=3)).delete()
    with override_settings(SWITCHES={"ENABLE_INTELLIGENCE": True, "ENABLE_INSIGHTS_COLLECTION": True}):
        meta.control.fault("error_500", path="insights", count=9)
        backfill(meta.account, meta.now, 5, levels=[Level.AD])
    assert Freshness.objects.get(level=Level.AD).history_from == today - timedelta(days=2)


def test_back_filled_days_have_no_hours(meta: Meta) -> None:
    backfill(meta.account, meta.now, DAYS)
    old = meta.now.date() - timedelta(days=1)
    assert not HourBlock.objects.filter(local_date__lt=old).exists()
