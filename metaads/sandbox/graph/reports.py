"""Asynchronous report runs: POST insights, poll the run, read its rows (reference 4.3)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from metaads.sandbox.graph import insights, known
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, missing, unknown_field
from metaads.sandbox.graph.render import ACCOUNT, Target, find
from metaads.sandbox.graph.rollup import Below
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.world import World

_FIRST = 6_023_920_149_050_000
_KEPT = ("after", "before", "limit", "access_token", "appsecret_proof")
_LIFE = 30 * 86_400
# Runs that are remembered, runs whose rows are kept computed, and rows that even a report may not have.
_REMEMBERED, _COMPUTED, MOST_ROWS = 5000, 6, 5_000_000
NOT_STARTED, STARTED, RUNNING = "Job Not Started", "Job Started", "Job Running"
COMPLETED, FAILED, SKIPPED = "Job Completed", "Job Failed", "Job Skipped"
_DEFAULT = ("id", "account_id", "time_ref", "time_completed", "async_status", "async_percent_completion")


@dataclass(slots=True)
class Run:
    """One run. Times are virtual Unix seconds, `begun` is the machine's monotonic clock. `failure`: why it failed."""

    object_id: str
    account_id: str
    params: dict[str, str]
    started: int
    begun: float
    polls: int = 0
    completed: int = 0
    rows: insights.Found | None = None
    failure: GraphError | None = None


@dataclass(slots=True)
class Reports:
    """Runs of this process. A run is done after so many status reads and not before so many machine seconds."""

    polls_to_finish: int = 2
    seconds_to_finish: float = 0.0
    runs: dict[str, Run] = field(default_factory=dict)
    number: int = 0

    def start(self, target: Target, call: Call) -> dict[str, Any]:
        """Checks the request, then queues it. The id is a JSON number, as Meta's."""
        insights.request(target.view, _below(target), call)
        self.number += 1
        run_id = str(_FIRST + self.number)
        self.runs[run_id] = Run(
            call.path[0], target.view.account.id, dict(call.params), target.view.now, time.monotonic()
        )
        if len(self.runs) > _REMEMBERED:
            del self.runs[next(iter(self.runs))]
        return {"report_run_id": int(run_id)}

    def status(self, world: World, run_id: str, call: Call, now: int) -> dict[str, Any]:
        """How far a run is; each look moves it on."""
        run = self.runs[run_id]
        for name in call.words("fields"):
            if name not in known.REPORT_RUN:
                raise unknown_field(name, "AdReportRun")
        run.polls += 1
        if not run.completed and run.failure is None and self._is_ripe(run):
            self._finish(world, run, call, now)
        facts = {"id": run_id, **_facts(run), **self._progress(run, now)}
        asked = call.words("fields") or _DEFAULT
        return {"id": run_id} | {name: facts[name] for name in (*asked, *_ERROR) if name in facts}

    def rows(self, world: World, run_id: str, call: Call, now: int) -> dict[str, Any]:
        """One page of a finished run, its sums as they were then; before that and after 30 days error 100/33."""
        run = self.runs[run_id]
        if not run.completed or run.failure is not None or now - run.completed > _LIFE:
            raise missing(f"{run_id}/insights")
        target = find(world, run.object_id, now)
        if run.rows is None:
            run.rows = insights.found(target.view, _below(target), _own_call(run, call))
            self._keep_few(run)
        params = {k: v for k, v in run.params.items() if k not in _KEPT}
        page_of = replace(call, params=params | {k: v for k, v in call.params.items() if k in _KEPT})
        return insights.answer(target.view, run.rows, page_of)

    def _is_ripe(self, run: Run) -> bool:
        return run.polls >= self.polls_to_finish and time.monotonic() - run.begun >= self.seconds_to_finish

    def _finish(self, world: World, run: Run, call: Call, now: int) -> None:
        target = find(world, run.object_id, now)
        try:
            run.rows = insights.found(target.view, _below(target), _own_call(run, call))
        except GraphError as error:
            run.failure = replace(error, code=-3, subcode=1_504_045) if error.subcode == 1_487_534 else error
            return
        run.completed = max(1, now)
        self._keep_few(run)

    def _keep_few(self, run: Run) -> None:
        """Rows of the runs that were read last stay computed; older ones are computed anew when they are read."""
        computed = [one for one in self.runs.values() if one.rows is not None and one is not run]
        for old in computed[: max(0, len(computed) + 1 - _COMPUTED)]:
            old.rows = None

    def _progress(self, run: Run, now: int) -> dict[str, Any]:
        if run.failure is not None:
            error = run.failure.body("")["error"]
            return _state(FAILED, 0) | {name: error[key] for name, key in _ERROR.items() if key in error}
        if now - (run.completed or run.started) > _LIFE:
            return _state(SKIPPED, 0)
        if run.completed:
            return _state(COMPLETED, 100) | {"time_completed": run.completed}
        word = {1: NOT_STARTED, 2: STARTED}.get(run.polls, RUNNING) if self.polls_to_finish > 3 else RUNNING
        done = 0 if word == NOT_STARTED else min(99, round(100 * run.polls / self.polls_to_finish))
        return _state(word, done)


# Fields of a failed run, given without being asked for (reference 1: v25.0+), and where they stand in an error.
_ERROR = {
    "error_code": "code",
    "error_subcode": "error_subcode",
    "error_message": "message",
    "error_user_title": "error_user_title",
    "error_user_msg": "error_user_msg",
}


def _state(word: str, percent: int) -> dict[str, Any]:
    return {"async_status": word, "async_percent_completion": percent, "is_running": word in (STARTED, RUNNING)}


def _facts(run: Run) -> dict[str, Any]:
    text: Callable[[str], str | None] = run.params.get
    found = {name: text(name) for name in ("level", "date_preset", "time_increment")}
    return {name: value for name, value in found.items() if value} | {
        "account_id": run.account_id,
        "time_ref": run.started,
    }


def _own_call(run: Run, call: Call) -> Call:
    """The request as it was made, without a page of its own."""
    params = {k: v for k, v in run.params.items() if k not in _KEPT}
    return replace(call, params=params, most_rows=MOST_ROWS)


def _below(target: Target) -> Below | None:
    """The node whose insights are asked for; None: the whole account."""
    if target.kind is ACCOUNT:
        return None
    if isinstance(target.node, Campaign | AdSet | Ad):
        return target.node
    raise unknown_field("insights", target.kind.label)
