"""Hours and days that nobody read: noted, shown, filled again where Meta can say."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from intelligence.collect.gaps import gaps, hour_of_campaigns, hours_in, note_gap
from intelligence.collect.insights import collect
from intelligence.collect.reports import carry
from intelligence.filled import slot_name, with_filled_hours
from intelligence.models import Freshness, Gap, HourBlock, Reading, ReportRun
from intelligence.snapshots import hours_of, snapshots_in
from intelligence.totals import unpack_totals
from metaads.models import Level
from metaads.sync.structure import sync_structure
from tests.factories.intelligence import reading
from tests.intelligence.conftest import Meta

LONG = timedelta(minutes=5)
TODAY = date(2026, 11, 20)


def day_sum(level: str, metric: str, at: datetime) -> float:
    """The level's total of the day by the last reading at `at`."""
    row = Reading.objects.filter(level=level, window=Reading.DAY, day=TODAY, read_at__lte=at).latest("read_at")
    return float(np.nansum(unpack_totals(row.packed).metric(metric)))


def hour_sum(meta: Meta, hour: int, metric: str) -> float:
    found = hour_of_campaigns(meta.account, TODAY, hour)
    assert found is not None
    return float(np.nansum(found.metric(metric)))


def test_hours_missed_while_the_process_was_down_are_noted_once(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(1))
    assert not Gap.objects.exists()
    collect(meta.account, meta.advance(4))
    collect(meta.account, meta.now)
    gap = Gap.objects.get()
    assert (gap.since, gap.until) == (meta.now - timedelta(hours=4), meta.now)
    assert gap.filled_at is None


def test_a_gap_is_filled_at_campaign_level_and_adds_up_to_what_was_read(meta: Meta) -> None:
    sync_structure(meta.account, meta.now)
    before = meta.now
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(4))
    shown = gaps(meta.account, TODAY, meta.now)
    assert shown.open
    assert "nothing yet" in shown.hours[0].per_hour
    meta.advance(1)
    assert carry(meta.account, meta.now, LONG).ok
    gap = Gap.objects.get()
    assert gap.filled_at == meta.now
    local = [(before + timedelta(hours=n)).astimezone(meta.account.zone).hour for n in range(4)]
    for metric in ("impressions", "clicks", "spend"):
        missed = sum(hour_sum(meta, hour, metric) for hour in local)
        whole = day_sum(Level.CAMPAIGN, metric, before + timedelta(hours=4)) - day_sum(Level.CAMPAIGN, metric, before)
        assert missed == pytest.approx(whole, rel=0.02, abs=0.5)
        assert missed > 0


def test_reach_and_web_purchases_stay_unknown_in_filled_hours(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(3))
    carry(meta.account, meta.advance(1), LONG)
    found = hour_of_campaigns(meta.account, TODAY, meta.now.astimezone(meta.account.zone).hour - 2)
    assert found is not None
    assert np.isnan(found.metric("reach")).all()
    assert np.isnan(found.metric("actions.omni_purchase")).all()
    assert "without reach and web purchases" in gaps(meta.account, TODAY, meta.now).hours[0].per_hour


def test_filled_hours_take_the_place_of_the_interval(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(3))
    since, until = meta.now - timedelta(hours=5), meta.now
    block = HourBlock.objects.get(level=Level.CAMPAIGN, hours=3)
    entity = str(snapshots_in(block)[0].entity_id)
    read = hours_of(meta.account, Level.CAMPAIGN, entity, since, until)
    assert with_filled_hours(meta.account, read) == read, "nothing is filled yet"
    carry(meta.account, meta.advance(1), LONG)
    hours = [one for one in with_filled_hours(meta.account, read) if one.filled]
    assert [one.hour for one in hours] == [block.hour + timedelta(hours=n) for n in range(3)]
    assert {one.hours for one in hours} == {1}
    (interval,) = [one for one in read if one.hours == 3]
    assert sum(one.impressions or 0 for one in hours) == pytest.approx(interval.impressions, rel=0.05, abs=5)
    assert {(one.conversions, one.day_reach) for one in hours} == {(None, None)}
    ads = hours_of(meta.account, Level.AD, "1", since, until)
    assert with_filled_hours(meta.account, ads) == ads


def test_a_gap_whose_last_hour_still_runs_at_meta_waits(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(3))
    carry(meta.account, meta.now, LONG)
    assert not ReportRun.objects.exists()
    assert Gap.objects.get().filled_at is None


def test_a_failure_of_the_report_leaves_the_gap_open(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intelligence.collect.reports.RETRY", timedelta(0))
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(3))
    meta.control.fault("report_failed", count=None)
    carry(meta.account, meta.advance(1), LONG)
    assert Gap.objects.get().filled_at is None
    assert gaps(meta.account, TODAY, meta.now).open


def test_a_gap_fills_only_its_own_hours(meta: Meta) -> None:
    collect(meta.account, meta.now)
    collect(meta.account, meta.advance(3))
    carry(meta.account, meta.advance(1), LONG)
    first = (meta.now - timedelta(hours=4)).astimezone(meta.account.zone).hour
    slots = set(Reading.objects.filter(window__startswith="h").values_list("window", flat=True))
    assert slots == {slot_name(first + n) for n in range(3)}


@pytest.mark.parametrize(
    ("zone", "before", "after", "hours"),
    [
        (
            "Europe/Berlin",
            datetime(2026, 10, 24, 23, 20, tzinfo=UTC),
            datetime(2026, 10, 25, 3, 20, tzinfo=UTC),
            [2, 3, 4],
        ),
        (
            "Europe/Berlin",
            datetime(2026, 3, 28, 23, 20, tzinfo=UTC),
            datetime(2026, 3, 29, 3, 20, tzinfo=UTC),
            [1, 3, 4, 5],
        ),
        (
            "America/New_York",
            datetime(2026, 11, 1, 4, 20, tzinfo=UTC),
            datetime(2026, 11, 1, 8, 20, tzinfo=UTC),
            [1, 2, 3],
        ),
        (
            "America/New_York",
            datetime(2026, 3, 8, 5, 20, tzinfo=UTC),
            datetime(2026, 3, 8, 9, 20, tzinfo=UTC),
            [1, 3, 4, 5],
        ),
    ],
    ids=["Berlin back", "Berlin forward", "New York back", "New York forward"],
)
def test_hours_are_counted_in_real_time_when_clocks_change(
    meta: Meta, zone: str, before: datetime, after: datetime, hours: list[int]
) -> None:
    meta.account.timezone_name = zone
    gap = note_gap(meta.account, Level.CAMPAIGN, before, after)
    assert gap is not None
    assert gap.until - gap.since == timedelta(hours=4)
    assert sorted({hour for _, hour in hours_in(meta.account, gap)}) == hours


def test_missing_days_are_listed_by_level_from_where_the_history_begins(meta: Meta) -> None:
    Freshness.objects.create(account=meta.account, level=Level.AD, history_from=TODAY - timedelta(days=4))
    for ago in (1, 3, 4):
        reading(meta.account, Level.AD, TODAY - timedelta(days=ago), meta.now, {})
    found = gaps(meta.account, TODAY - timedelta(days=9), meta.now)
    assert found.days == {"campaign": (), "adset": (), "ad": (TODAY - timedelta(days=2),)}
    assert found.open
