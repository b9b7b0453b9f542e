"""Reports that fail at Meta, never end or are refused: asked again, cut in parts, and nothing lost or doubled."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from intelligence.collect import reports
from intelligence.collect.backfill import backfill, missing_days, to_the_end
from intelligence.collect.job import progress
from intelligence.collect.reports import carry
from intelligence.models import Reading, ReportRun
from metaads.clock import machine_now
from metaads.graph.errors import TooMuchData
from metaads.models import AdAccount, Level
from metaads.reader import reports as reader
from tests.intelligence.collect.reported import DAYS, LONG, Clock, held, read_at_once
from tests.intelligence.conftest import Meta


@pytest.mark.parametrize("kind", ["report_failed", "report_skipped"])
def test_a_report_that_fails_at_meta_is_asked_for_again(
    large: Meta, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    expected = read_at_once(large, monkeypatch)
    large.control.fault(kind, count=1)
    to_the_end(large.account, large.now, DAYS)
    assert to_the_end(large.account, large.now, DAYS).ok
    assert held() == expected


def test_one_that_fails_again_and_again_is_cut_in_smaller_parts(large: Meta) -> None:
    backfill(large.account, large.now, DAYS, levels=[Level.CAMPAIGN])
    longest = max(run.last_day - run.first_day for run in ReportRun.objects.all())
    large.control.fault("report_failed", count=None)
    for _ in range(4):
        carry(large.account, large.now, LONG)
    assert max(run.last_day - run.first_day for run in ReportRun.objects.all()) < longest
    assert "report failed" in ReportRun.objects.exclude(problem="")[0].problem
    large.mended()
    ReportRun.objects.update(look_at=machine_now())
    assert to_the_end(large.account, large.now, DAYS).ok
    assert missing_days(large.account, large.now, DAYS) == 0


def test_one_that_never_finishes_is_given_up_after_an_hour(large: Meta) -> None:
    backfill(large.account, large.now, DAYS, levels=[Level.CAMPAIGN])
    large.control.fault("report_stuck", count=None)
    clock = Clock()
    carry(large.account, large.now, timedelta(minutes=2), clock.now, clock.pass_time)
    first = set(ReportRun.objects.exclude(run_id="").values_list("run_id", flat=True))
    assert first
    assert {run.percent for run in ReportRun.objects.exclude(run_id="")} == {60}
    clock.pass_time(3601)
    carry(large.account, large.now, timedelta(minutes=1), clock.now, clock.pass_time)
    assert "within an hour" in ReportRun.objects.exclude(problem="")[0].problem
    large.mended()
    clock.pass_time(3601)
    while ReportRun.objects.exists():
        assert carry(large.account, large.now, timedelta(minutes=5), clock.now, clock.pass_time).ok
    assert not missing_days_of(large.account, large.now, Level.CAMPAIGN)


def missing_days_of(account: AdAccount, now: datetime, level: str) -> int:
    return DAYS - Reading.objects.filter(level=level, window=Reading.DAY).values("day").distinct().count()


def test_what_meta_finds_too_much_is_asked_for_in_halves(large: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_at_once(large, monkeypatch)
    real, refused = reader.start_run, []

    def refuse_long(client: Any, account: AdAccount, params: Any) -> str:
        since, until = (date.fromisoformat(params["time_range"][key]) for key in ("since", "until"))
        if until > since:
            refused.append((since, until))
            raise TooMuchData("Please reduce the amount of data.")
        return real(client, account, params)

    monkeypatch.setattr(reports, "start_run", refuse_long)
    assert to_the_end(large.account, large.now, DAYS).ok
    assert refused
    assert held() == expected


@pytest.mark.parametrize("kind", ["error_500", "html_502", "malformed", "empty_page", "duplicate_rows", "drop_after"])
def test_passing_faults_lose_nothing_and_double_nothing(
    large: Meta, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    expected = read_at_once(large, monkeypatch)
    large.control.fault(kind, count=5, path="insights|^/[0-9]+$", probability=0.5)
    for _ in range(4):
        to_the_end(large.account, large.now, DAYS)
        ReportRun.objects.update(look_at=machine_now())
    assert not ReportRun.objects.exists()
    assert held() == expected


def test_a_limit_of_metas_ends_the_turn_and_the_rest_waits(large: Meta) -> None:
    backfill(large.account, large.now, DAYS)
    large.control.fault("insights_limit", count=1, seconds=240)
    result = carry(large.account, large.now, LONG)
    assert "too many calls" in result.problem
    assert result.left == ReportRun.objects.count() > 0
    wait = min(run.look_at for run in ReportRun.objects.all()) - machine_now()
    assert timedelta(minutes=3) < wait <= timedelta(minutes=5)
    shown = progress(large.account)
    assert shown is not None
    assert "too many calls" in shown.problem


def test_a_report_with_rows_of_other_days_stores_nothing_and_is_read_again(
    large: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read_at_once(large, monkeypatch)

    def shifted(*args: Any) -> Any:
        for rows in reader.run_rows(*args):
            yield [replace(row, day=row.day - timedelta(days=40), last_day=row.last_day) for row in rows]

    with monkeypatch.context() as patch:
        patch.setattr(reports, "run_rows", shifted)
        backfill(large.account, large.now, DAYS)
        assert "not asked for" in carry(large.account, large.now, LONG).problem
        assert held() == set()
    ReportRun.objects.update(look_at=machine_now())
    assert to_the_end(large.account, large.now, DAYS).ok
    assert held() == expected
