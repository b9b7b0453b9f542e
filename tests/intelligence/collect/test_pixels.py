"""Pixels: mirrored, counted by the hour, never silent by mistake."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import stamina
from django.core.management import CommandError, call_command

from intelligence.collect.beside import STEPS
from intelligence.collect.pixels import PIXELS, collect_pixels
from intelligence.models import PixelHour, PixelQuality
from intelligence.observe import observe
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Pixel, SideRead, SwitchState
from metaads.selectors import pixels, side_reads
from metaads.sync.steps import run, run_due
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.conftest import NOW, Meta
from tests.metaads.stub import Stub, running

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as server, stamina.set_testing(True, attempts=3, cap=True):
        yield server


@pytest.fixture
def account(db: None, stub: Stub) -> AdAccount:
    made: AdAccount = AdAccountFactory.create(meta_id="111", connection__graph_url=stub.url)
    return made


def listed(stub: Stub, *ids: str, fired: datetime | None = None) -> Stub:
    rows = [{"id": one, "name": f"Pixel {one}", "is_unavailable": False} for one in ids]
    for row in rows if fired else ():
        row["last_fired_time"] = fired.isoformat() if fired else None
    return stub.says({"data": rows})


def counted(stub: Stub, *buckets: tuple[datetime, dict[str, int]]) -> Stub:
    """One answer of `/stats`."""
    return stub.says({"data": [bucket(hour, events) for hour, events in buckets]})


def bucket(hour: datetime, events: dict[str, int]) -> dict[str, Any]:
    counts = [{"value": name, "count": count} for name, count in events.items()]
    return {"aggregation": "event", "start_time": hour.isoformat(), "data": counts}


def quality(stub: Stub, *items: dict[str, Any]) -> Stub:
    return stub.says({"web": list(items)})


def hours(event: str = "*") -> dict[datetime, tuple[int | None, int | None, int | None]]:
    rows = PixelHour.objects.filter(event=event)
    return {row.hour: (row.count, row.browser, row.server) for row in rows}


def test_the_sandboxs_pixel_is_mirrored_and_counted(meta: Meta) -> None:
    result = collect_pixels(meta.account, meta.now)
    (pixel,) = pixels(meta.account)
    assert (result.pixels, result.problems) == (1, {})
    assert pixel.last_fired_at
    assert pixel.last_fired_at <= meta.now
    assert (pixel.owner_account_id, pixel.unavailable) == (meta.account.meta_id, False)
    counts = hours()[meta.now - 2 * HOUR]
    assert counts[0]
    assert counts[1]
    assert counts[2]
    assert 0 < counts[1] <= counts[0]
    assert PixelQuality.objects.get(event="Purchase").score
    assert meta.calls("/stats") == 3


def test_the_next_hour_reads_two_days_and_leaves_one_row_an_hour(meta: Meta) -> None:
    collect_pixels(meta.account, meta.now)
    before = hours()
    meta.advance(1)
    collect_pixels(meta.account, meta.now)
    after = hours()
    assert len(after) == len(before) + 1
    assert set(before) < set(after)
    assert meta.calls("/dataset_quality") == 1, "quality is asked once a day"


def test_an_hour_with_nothing_heard_is_zero_and_one_that_was_not_read_is_not_there(
    account: AdAccount, stub: Stub
) -> None:
    listed(stub, "5")
    heard = (NOW - 3 * HOUR, {"PageView": 7, "Purchase": 2})
    quality(counted(counted(counted(stub, heard), heard)), {"event_name": "Purchase"})
    collect_pixels(account, NOW)
    assert hours()[NOW - 3 * HOUR] == (9, 9, None), "a source without any answer is not told"
    assert hours()[NOW - 4 * HOUR] == (0, 0, None)
    assert min(hours()) == NOW - timedelta(days=7)
    assert hours("Purchase") == {NOW - 3 * HOUR: (2, 2, None)}


def test_an_empty_hour_in_which_it_fired_is_unknown(account: AdAccount, stub: Stub) -> None:
    fired = NOW - 2 * HOUR + timedelta(minutes=20)
    heard = (NOW - 3 * HOUR, {"PageView": 7})
    listed(stub, "5", fired=fired)
    quality(counted(counted(counted(stub, heard), heard), heard))
    collect_pixels(account, NOW)
    assert hours()[NOW - 2 * HOUR] == (None, None, None)
    assert hours()[NOW - 4 * HOUR] == (0, 0, 0)


def test_no_bucket_at_all_from_a_pixel_that_fired_is_unknown_everywhere(account: AdAccount, stub: Stub) -> None:
    listed(stub, "5", fired=NOW - HOUR)
    quality(counted(counted(counted(stub))))
    collect_pixels(account, NOW)
    assert {count for count, _, _ in hours().values()} == {None}


def test_a_pixel_that_never_fired_is_silent(account: AdAccount, stub: Stub) -> None:
    listed(stub, "5")
    quality(counted(counted(counted(stub))))
    collect_pixels(account, NOW)
    assert Pixel.objects.get().last_fired_at is None
    assert {count for count, _, _ in hours().values()} == {0}


def test_late_events_replace_what_was_counted(account: AdAccount, stub: Stub) -> None:
    for count in (3, 8):
        listed(stub, "5")
        heard = (NOW - 3 * HOUR, {"Purchase": count})
        counted(counted(counted(stub, heard), heard), heard)
        if count == 3:
            quality(stub, {"event_name": "Purchase"})
        collect_pixels(account, NOW)
    assert hours("Purchase") == {NOW - 3 * HOUR: (8, 8, 8)}


def test_a_duplicated_bucket_counts_once(account: AdAccount, stub: Stub) -> None:
    heard = (NOW - 3 * HOUR, {"Purchase": 4})
    listed(stub, "5")
    quality(counted(counted(counted(stub, heard, heard), heard), heard))
    collect_pixels(account, NOW)
    assert hours("Purchase") == {NOW - 3 * HOUR: (4, 4, 4)}


def test_one_pixel_failing_stops_no_other(account: AdAccount, stub: Stub) -> None:
    listed(stub, "5", "6")
    stub.fails(100, 33)
    heard = (NOW - 3 * HOUR, {"Purchase": 4})
    quality(counted(counted(counted(stub, heard), heard), heard))
    result = collect_pixels(account, NOW)
    assert list(result.problems) == ["Pixel 5"]
    assert {row.pixel.meta_id for row in PixelHour.objects.select_related("pixel")} == {"6"}


def test_when_none_can_be_read_the_step_has_failed(account: AdAccount, stub: Stub) -> None:
    listed(stub, "5").fails(100, 33)
    with pytest.raises(OutcomeUnknown, match="Pixel 5"):
        collect_pixels(account, NOW)


def test_a_bucket_that_cannot_be_read_is_no_silence(account: AdAccount, stub: Stub) -> None:
    listed(stub, "5").says({"data": [{"start_time": "soon", "data": []}]})
    assert "cannot be read" in run(PIXELS, account, NOW).problem
    assert not PixelHour.objects.exists()
    assert SideRead.objects.get().read_at is None


def test_quality_has_its_own_figures(account: AdAccount, stub: Stub) -> None:
    item = {
        "event_name": "Purchase",
        "event_match_quality": {"composite_score": 6.4},
        "event_coverage": {"percentage": 81.5, "goal_percentage": 75},
        "dedupe_key_feedback": [{"browser_events_with_dedupe_key": {"percentage": 97.0}}],
        "data_freshness": {"upload_frequency": "real_time"},
    }
    listed(stub, "5")
    quality(counted(counted(counted(stub))), item, {"event_name": "Lead"})
    collect_pixels(account, NOW)
    row = PixelQuality.objects.get(event="Purchase")
    assert (row.score, row.coverage_percent, row.goal_percent, row.dedupe_percent) == (6.4, 81.5, 75.0, 97.0)
    assert PixelQuality.objects.get(event="Lead").score is None


class TestBeside:
    """Everything beside the figures, as one list of steps of an observation."""

    def test_an_observation_reads_all_of_it_and_the_next_only_what_is_due(self, meta: Meta) -> None:
        first = observe(meta.account, meta.now)
        assert [(one.what, one.problem) for one in first.beside] == [(step.what, "") for step in STEPS]
        meta.advance(1)
        second = observe(meta.account, meta.now)
        assert {one.what for one in second.beside} == {"changes", "native_rules", "pixels"}
        assert {state.what for state in side_reads([meta.account])} == {step.what for step in STEPS}

    def test_a_fault_beside_the_figures_takes_none_of_them(self, meta: Meta) -> None:
        meta.control.fault("html_502", path="activities|adspixels", count=50)
        result = observe(meta.account, meta.now)
        assert result.ok
        assert {one.what for one in result.beside if not one.ok} == {"changes", "pixels"}

    def test_an_hour_costs_few_calls(self, meta: Meta) -> None:
        run_due(STEPS, meta.account, meta.now)
        before = len(meta.wire.sent)
        meta.advance(1)
        run_due(STEPS, meta.account, meta.now)
        assert len(meta.wire.sent) - before == 6, "history, rules, list of pixels, three counts of the one pixel"


class TestCommand:
    def told(self, *args: str) -> str:
        out = StringIO()
        call_command("collect_pixels", *args, stdout=out, stderr=out)
        return out.getvalue()

    def test_it_says_what_it_read(self, meta: Meta) -> None:
        said = self.told("--account", f"act_{meta.account.meta_id}", "--now", NOW.isoformat())
        assert said.startswith(f"{meta.account.name}: 1 pixels, ")

    def test_a_failure_is_a_failed_command(self, account: AdAccount, stub: Stub) -> None:
        stub.fails(100, 33)
        with pytest.raises(CommandError, match=account.name):
            self.told("--now", NOW.isoformat())

    def test_a_switch_that_is_off_is_named(self, account: AdAccount, stub: Stub) -> None:
        SwitchState.objects.create(name="ENABLE_INSIGHTS_COLLECTION", on=False)
        with pytest.raises(CommandError, match="ENABLE_INSIGHTS_COLLECTION"):
            self.told()
        assert stub.calls == []

    @pytest.mark.parametrize("args", [("--account", "999"), ("--now", "soon"), ("--now", "2026-11-20T12:00:00")])
    def test_nonsense_is_refused(self, account: AdAccount, args: tuple[str, str]) -> None:
        with pytest.raises(CommandError):
            self.told(*args)
