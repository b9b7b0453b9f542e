"""The past of a large account comes by Meta's reports: whole, once, and from any point where a process was killed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from intelligence.collect import reports, runs
from intelligence.collect.backfill import backfill, missing_days, to_the_end, work_on
from intelligence.collect.job import cancel, progress, resume
from intelligence.collect.reports import carry
from intelligence.models import Backfill, Freshness, Reading, ReportRun
from metaads.clock import machine_now
from metaads.reader import reports as reader
from tests.intelligence.collect.reported import DAYS, LONG, Clock, held, read_at_once
from tests.intelligence.conftest import Meta


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up."""


def started(meta: Meta) -> int:
    """Reports that Meta was asked for."""
    return sum(request.method == "POST" for request in meta.wire.sent)


def test_a_large_account_is_asked_for_by_report_and_a_small_one_is_read(large: Meta) -> None:
    result = backfill(large.account, large.now, DAYS)
    assert (result.days, result.reports) == (0, ReportRun.objects.count())
    assert started(large) == 0, "wanting is not asking"
    assert {run.purpose for run in ReportRun.objects.all()} == {ReportRun.Purpose.HISTORY}


def test_reports_bring_what_reading_brings_row_for_row(large: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_at_once(large, monkeypatch)
    result = to_the_end(large.account, large.now, DAYS)
    assert (result.ok, result.days) == (True, 3 * DAYS)
    assert held() == expected
    assert missing_days(large.account, large.now, DAYS) == 0
    assert not ReportRun.objects.exists()
    first = large.now.date() - timedelta(days=DAYS)
    assert {row.history_from for row in Freshness.objects.all()} == {first}


def test_the_newest_days_come_first(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    ordered = [run.last_day for run in runs.in_order(ReportRun.objects.all())]
    assert ordered == sorted(ordered, reverse=True)


def test_wanting_twice_wants_once(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    before = set(ReportRun.objects.values_list("pk", flat=True))
    assert backfill(large.account, large.now, DAYS).reports == 0
    assert set(ReportRun.objects.values_list("pk", flat=True)) == before


def kill_at(meta: Meta, number: int) -> None:
    """The process dies at its n-th request."""
    seen = 0

    def count(url: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            meta.wire.before = None
            raise Killed

    meta.wire.before = count


@pytest.mark.parametrize("steps", [range(1, 17, 3), range(18, 34, 3)], ids=["early", "late"])
def test_killed_at_any_call_it_goes_on_and_ends_the_same(
    large: Meta, monkeypatch: pytest.MonkeyPatch, steps: range
) -> None:
    expected = read_at_once(large, monkeypatch)
    for number in steps:
        for model in (Reading, ReportRun, Backfill):
            model._default_manager.all().delete()
        kill_at(large, number)
        try:
            to_the_end(large.account, large.now, DAYS)
        except Killed:
            Backfill.objects.update(lease_until=None)  # time passes: a lease that nobody renews runs out
        large.wire.before = None
        assert to_the_end(large.account, large.now, DAYS).ok
        assert held() == expected


def test_a_report_under_way_is_picked_up_and_not_started_again(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    wanted = ReportRun.objects.count()

    def die(url: str) -> None:
        if ReportRun.objects.exclude(run_id="").count() == reports.AT_A_TIME:
            raise Killed

    large.wire.before = die
    with pytest.raises(Killed):
        carry(large.account, large.now, LONG)
    large.wire.before = None
    Backfill.objects.update(lease_until=None)
    assert to_the_end(large.account, large.now, DAYS).ok
    assert started(large) == wanted


def test_killed_between_storing_and_forgetting_nothing_is_stored(large: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    backfill(large.account, large.now, DAYS)
    monkeypatch.setattr(reports, "_done", lambda work, run: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        carry(large.account, large.now, LONG)
    assert not Reading.objects.filter(window=Reading.DAY).exists()
    assert ReportRun.objects.filter(ready=True).exists()


def test_only_one_worker_carries_an_account(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    Backfill.objects.update(lease_until=machine_now() + timedelta(seconds=20))
    calls = len(large.wire.sent)
    result = carry(large.account, large.now, LONG)
    assert (result.busy, result.reports, len(large.wire.sent)) == (True, 0, calls)
    Backfill.objects.update(lease_until=machine_now() - timedelta(seconds=1))
    assert carry(large.account, large.now, LONG).reports > 0


def test_work_is_bounded_and_the_next_turn_goes_on(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    clock = Clock()
    turns = 0
    while ReportRun.objects.exists():
        before = Reading.objects.count()
        result = carry(large.account, large.now, timedelta(milliseconds=150), clock.now, clock.pass_time)
        assert result.ok, result
        assert Reading.objects.count() - before < 3 * DAYS
        turns += 1
    assert turns > 2


def test_progress_counts_level_days_and_says_until_when(large: Meta) -> None:
    assert progress(large.account) is None
    backfill(large.account, large.now, DAYS)
    begun = progress(large.account)
    assert begun is not None
    assert (begun.wanted, begun.held, begun.percent, begun.state) == (3 * DAYS, 0, 0, "running")
    assert begun.finish_at is None, "nothing came yet, so nothing can be said"
    clock = Clock()
    carry(large.account, large.now, timedelta(milliseconds=600), clock.now, clock.pass_time)
    moment = begun.started_at + timedelta(minutes=1)
    half = progress(large.account, moment)
    assert half is not None
    assert 0 < half.held < half.wanted
    assert half.finish_at == moment + timedelta(minutes=1) * ((half.wanted - half.held) / half.held)
    assert f"{half.held} of {half.wanted}" in str(half)
    to_the_end(large.account, large.now, DAYS)
    done = progress(large.account)
    assert done is not None
    assert (done.held, done.percent, done.state, done.finish_at) == (3 * DAYS, 100, "done", None)


def test_a_cancelled_back_fill_asks_for_nothing_until_it_is_taken_up(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    clock = Clock()
    carry(large.account, large.now, timedelta(milliseconds=600), clock.now, clock.pass_time)
    kept = held()
    assert cancel(large.account)
    calls = len(large.wire.sent)
    work_on(large.account, large.now, DAYS, LONG)
    assert (len(large.wire.sent), held()) == (calls, kept)
    shown = progress(large.account)
    assert shown is not None
    assert shown.state == "cancelled"
    assert not cancel(large.account), "it is ended already"
    assert resume(large.account)
    assert to_the_end(large.account, large.now, DAYS).ok
    assert missing_days(large.account, large.now, DAYS) == 0


def test_cancelling_while_a_report_is_read_stores_no_more(large: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    backfill(large.account, large.now, DAYS)
    real: Callable[..., Any] = reader.run_rows

    def cancelled_meanwhile(*arguments: Any) -> Iterator[Any]:
        yield from real(*arguments)
        cancel(large.account)

    monkeypatch.setattr(reports, "run_rows", cancelled_meanwhile)
    carry(large.account, large.now, LONG)
    assert not held()
