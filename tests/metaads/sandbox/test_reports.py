"""Report runs: their states, their end, their failure, and that a finished run's figures stand still."""

from typing import Any

import pytest

from metaads.sandbox.graph import reports as reports_module
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.test_insights import WEEK
from tests.sandbox_adapter import Controls

WISH: dict[str, Any] = {"level": "ad", "time_range": WEEK, "time_increment": 1, "fields": "ad_id,spend,actions"}


def started(graph: Browser, act: str, polls: int = 2, **params: Any) -> str:
    graph.box.api.reports.polls_to_finish = polls
    return str(graph.post(f"{act}/insights", **(WISH | params))["report_run_id"])


def finished(graph: Browser, act: str, **params: Any) -> str:
    run = started(graph, act, polls=1, **params)
    assert graph.get(run)["async_status"] == "Job Completed"
    return run


def test_a_run_goes_through_metas_states(graph: Browser, act: str) -> None:
    run = started(graph, act, polls=6)
    seen = [graph.get(run) for _ in range(7)]
    assert [one["async_status"] for one in seen] == [
        "Job Not Started", "Job Started", "Job Running", "Job Running", "Job Running", "Job Completed", "Job Completed",
    ]  # fmt: skip
    percents = [one["async_percent_completion"] for one in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_a_run_takes_its_machine_time(graph: Browser, act: str) -> None:
    graph.box.api.reports.seconds_to_finish = 3600.0
    run = started(graph, act, polls=1)
    assert graph.get(run)["async_status"] == "Job Running"
    assert graph.refused("GET", f"{run}/insights") == (100, 33)


def test_only_asked_fields_come_back_and_unknown_ones_are_refused(graph: Browser, act: str) -> None:
    run = started(graph, act)
    assert set(graph.get(run, fields="async_status")) == {"id", "async_status"}
    assert graph.get(run, fields="level,account_id")["level"] == "ad"
    assert graph.refused("GET", run, fields="colour") == (100, None)


def test_a_finished_runs_figures_stand_still_while_the_world_goes_on(
    graph: Browser, act: str, controls: Controls
) -> None:
    run = finished(graph, act)
    before = [row for page in graph.pages(f"{run}/insights", limit=50) for row in page]
    controls.advance(30)
    assert [row for page in graph.pages(f"{run}/insights", limit=33) for row in page] == before
    assert before


def test_after_thirty_days_a_run_is_skipped_and_its_rows_are_gone(
    graph: Browser, act: str, world: World, controls: Controls
) -> None:
    run = finished(graph, act)
    graph.box.api.reports.runs[run].completed -= 31 * 86_400
    assert graph.get(run)["async_status"] == "Job Skipped"
    assert graph.refused("GET", f"{run}/insights") == (100, 33)


def test_a_run_that_is_too_large_fails_and_says_why_without_being_asked(
    graph: Browser, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports_module, "MOST_ROWS", 10)
    run = started(graph, act, polls=1)
    found = graph.get(run, fields="async_status")
    assert found["async_status"] == "Job Failed"
    assert (found["error_code"], found["error_subcode"]) == (-3, 1504045)
    assert found["error_user_title"]
    assert graph.refused("GET", f"{run}/insights") == (100, 33)


def test_what_makes_no_sense_is_refused_at_the_start(graph: Browser, act: str) -> None:
    assert graph.refused("POST", f"{act}/insights", fields="colour") == (100, None)
    assert graph.refused("POST", f"{act}/insights", breakdowns="shoe_size") == (2, 1504041)


def test_many_runs_side_by_side_keep_their_own_rows(graph: Browser, act: str) -> None:
    runs = [finished(graph, act, level=level) for level in ("account", "campaign", "adset", "ad") * 3]
    sizes = [len(graph.get(f"{run}/insights", limit=500)["data"]) for run in runs]
    assert sizes[:4] == sizes[4:8] == sizes[8:]
    assert sizes[0] < sizes[1] < sizes[3]
    computed = [run for run in graph.box.api.reports.runs.values() if run.rows is not None]
    assert len(computed) <= 6
