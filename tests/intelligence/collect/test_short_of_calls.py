"""While the rate budget is short, today comes first, and of today what delivers; large pasts go by report at night."""

from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from intelligence.collect import size
from intelligence.collect.backfill import backfill
from intelligence.collect.insights import collect
from intelligence.collect.live import LIVE
from intelligence.models import Freshness, Reading, ReportRun
from intelligence.observe import observe
from metaads.clock import machine_now
from metaads.models import ApiUsage, Level
from metaads.sync.structure import sync_structure
from tests.intelligence.conftest import Meta


def use_up(meta: Meta, percent: float) -> None:
    """Meta said a moment ago that so much of the limit is used."""
    moment = machine_now()
    said = {"said": {name: [percent, moment.isoformat()] for name in ("ads_insights", "ads_management")}}
    values = {"hour": moment.replace(minute=0, second=0, microsecond=0), "updated_at": moment, "headers": said}
    ApiUsage.objects.update_or_create(account=meta.account, defaults=values)


def asked(meta: Meta, start: int) -> list[str]:
    return [unquote_plus(request.url or "") for request in meta.wire.sent[start:]]


def test_only_today_is_read_and_what_delivers_first(meta: Meta) -> None:
    observe(meta.account, meta.now)
    whole = Reading.objects.filter(level=Level.AD, window=Reading.DAY, day=meta.now.date()).latest("read_at").rows
    meta.advance(1)
    use_up(meta, 78)
    start = len(meta.wire.sent)
    assert collect(meta.account, meta.now).ok
    calls = asked(meta, start)
    assert len(calls) == 6
    assert [("NOT_IN" in call) for call in calls] == [False, True] * 3
    assert all("effective_status" in call for call in calls)
    assert set(Freshness.objects.values_list("read_at", flat=True)) == {meta.now}
    latest = Reading.objects.filter(level=Level.AD, window=Reading.DAY, day=meta.now.date()).latest("read_at")
    assert latest.rows >= whole
    assert not Reading.objects.filter(window=LIVE).exists()


def test_in_two_reads_a_level_is_the_same_as_in_one(meta: Meta) -> None:
    collect(meta.account, meta.now)
    whole = dict(Reading.objects.filter(window=Reading.DAY).values_list("level", "digest"))
    Reading.objects.all().delete()
    use_up(meta, 78)
    collect(meta.account, meta.now)
    assert dict(Reading.objects.filter(window=Reading.DAY).values_list("level", "digest")) == whole


def test_if_the_rest_cannot_be_read_what_delivers_is_known_all_the_same(meta: Meta) -> None:
    observe(meta.account, meta.now)
    before = meta.now
    meta.advance(1)
    use_up(meta, 78)
    meta.breaks("error_500", "NOT_IN", count=99)
    result = collect(meta.account, meta.now)
    assert set(result.problems) >= {"campaign"}
    assert Reading.objects.filter(window=LIVE, level=Level.CAMPAIGN, read_at=meta.now).exists()
    assert Freshness.objects.get(level=Level.CAMPAIGN).read_at == before, "a part is not the whole"


def test_structure_waits_while_it_is_young_and_calls_are_short(meta: Meta) -> None:
    observe(meta.account, meta.now)
    meta.advance(1)
    use_up(meta, 78)
    start = len(meta.wire.sent)
    observe(meta.account, meta.now)
    assert not any("/adsets" in call or "/campaigns?" in call for call in asked(meta, start))
    meta.advance(6)
    use_up(meta, 78)
    start = len(meta.wire.sent)
    observe(meta.account, meta.now)
    assert any("/adsets" in call for call in asked(meta, start))


def test_the_nights_of_a_large_account_are_wanted_as_reports_and_of_a_small_one_read(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_structure(meta.account, meta.now)
    backfill(meta.account, meta.now, 30)
    collect(meta.account, meta.now)
    monkeypatch.setattr(size, "AT_ONCE_ROWS", 0)
    start = len(meta.wire.sent)
    assert collect(meta.account, meta.advance(24)).ok
    assert {run.purpose for run in ReportRun.objects.all()} == {ReportRun.Purpose.RESTATE}
    days = {(run.first_day, run.last_day) for run in ReportRun.objects.filter(level=Level.AD)}
    assert max(last for _, last in days) == meta.now.date() - timedelta(days=4)
    assert min(first for first, _ in days) == meta.now.date() - timedelta(days=28)
    assert not any(request.method == "POST" for request in meta.wire.sent[start:])
