"""A run of the goals, or the plan of one, as the page shows it: its figures, and its steps with their actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimization.models import OrchestratorRun, OrchestratorStep
from optimization.orchestrator.report import Report
from optimization.views.states import State

Kind, Result, Stood = OrchestratorStep.Kind, OrchestratorStep.Result, OrchestratorRun.State
COUNTS = {
    "campaigns_created": ("Campaigns to create", "campaign to create"),
    "campaigns_updated": ("Campaigns touched", "campaign touched"),
    "winners_promoted": ("Winners to promote", "winner to promote"),
    "budgets_scaled": ("Budgets to set", "budget to set"),
    "adsets_paused": ("Ad sets to pause", "ad set to pause"),
}
"""Name of a count -> its title, and the words for one."""
ICONS: dict[str, str] = {
    Kind.CREATE_CAMPAIGN: "plus",
    Kind.UPDATE_BUDGET: "set",
    Kind.PROMOTE_WINNER: "up",
    Kind.PAUSE_AD_SET: "pause",
    Kind.ERROR: "alert",
}
RESULTS: dict[str, State] = {
    Result.SUCCESS: State("Proposed", "good"),
    Result.SKIPPED: State("Left out", "quiet"),
    Result.FAILED: State("Failed", "bad"),
}
PLANNED = State("Would be proposed", "good")
STATES: dict[str, State] = {
    Stood.QUEUED: State("Waiting for a worker…", "live", live=True),
    Stood.RUNNING: State("Running…", "live", live=True),
    Stood.COMPLETED: State("Completed", "good"),
    Stood.COMPLETED_WITH_ERRORS: State("Completed with errors", "watch"),
    Stood.FAILED: State("Failed", "bad"),
}


@dataclass(frozen=True)
class Tile:
    title: str
    count: int


@dataclass(frozen=True)
class StepLine:
    """`action`: public id of the proposal, "" = none. `wanted`: what a step that was left out would have done."""

    goal_key: str
    kind: str
    icon: str
    state: State
    message: str
    wanted: str
    action: str


@dataclass(frozen=True)
class RunLine:
    run: OrchestratorRun
    state: State
    said: str
    tiles: list[Tile]
    steps: list[StepLine]


def tiles(counts: Mapping[str, int]) -> list[Tile]:
    """The summary grid; a count that an old run does not have is 0: it had no such step."""
    return [Tile(label, counts.get(name, 0)) for name, (label, _) in COUNTS.items()]


def plan_lines(report: Report) -> list[StepLine]:
    return [
        _line(one.goal_key, one.type, one.result, one.message, one.details, one.action, PLANNED) for one in report.steps
    ]


def run_lines(runs: Sequence[OrchestratorRun]) -> list[RunLine]:
    return [RunLine(run, STATES[run.state], _came(run), tiles(run.counts), _steps(run)) for run in runs]


def _came(run: OrchestratorRun) -> str:
    """Nothing is said of a run that has not ended."""
    return "" if STATES[run.state].live else _said(run.counts)


def _steps(run: OrchestratorRun) -> list[StepLine]:
    return [
        _line(
            one.goal_key,
            one.kind,
            one.result,
            one.reason,
            one.details,
            str(one.action.public_id) if one.action else "",
            RESULTS[Result.SUCCESS],
        )
        for one in run.steps.all()
    ]


def _line(
    key: str, kind: str, result: str, message: str, details: Mapping[str, object], action: str, success: State
) -> StepLine:
    state = success if result == Result.SUCCESS else RESULTS[result]
    wanted = str(details.get("wanted", ""))
    return StepLine(key, Kind(kind).label, ICONS[kind], state, message, wanted, action)


def _said(counts: Mapping[str, int]) -> str:
    """`1 campaign to create, 2 ad sets to pause`; a run that proposed nothing says so."""
    found = [(counts.get(name, 0), many.lower(), one) for name, (many, one) in COUNTS.items()]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, many, one in found if n) or "nothing new"
