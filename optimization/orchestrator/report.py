"""What a run wants, or did: the same words for the preview, the run log, pages and the API."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from optimization.models import OrchestratorStep
from optimization.queue.drafts import Draft

Kind: TypeAlias = OrchestratorStep.Kind
Result: TypeAlias = OrchestratorStep.Result
COUNTED = {
    Kind.CREATE_CAMPAIGN: "campaigns_created",
    Kind.UPDATE_BUDGET: "budgets_scaled",
    Kind.PROMOTE_WINNER: "winners_promoted",
    Kind.PAUSE_AD_SET: "adsets_paused",
}
Key = tuple[str, str, str]
"""(level, entity, kind): at most one open proposal has it."""
UPDATED = "campaigns_updated"
"""Existing campaigns that some step touches."""


@dataclass(frozen=True)
class Wanted:
    """One step that a goal's part of a run wants. Without a draft it is left out, and `message` says why."""

    kind: Kind
    message: str
    draft: Draft | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """`type`: create_campaign, update_budget, promote_winner, pause_adset, error; `result`: success (proposed, or
    would be), failed, skipped. `action`: public id of the proposal, "" = none."""

    type: str
    goal_key: str
    message: str
    result: str
    details: dict[str, Any] = field(default_factory=dict)
    action: str = ""


@dataclass(frozen=True)
class GoalLine:
    """A goal's budgets a day, as exact text in the major unit of the account's currency."""

    key: str
    name: str
    budget: str
    learning: str
    scaling: str


@dataclass
class Report:
    """`budget_a_day`: of all goals together, major unit. `summary`: counts as `OrchestratorRun.counts`."""

    dry_run: bool
    currency: str
    budget_a_day: str = "0"
    goals: list[GoalLine] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, int]:
        return counts_of(self.steps)


def counts_of(steps: list[Step]) -> dict[str, int]:
    """campaigns_created, campaigns_updated, winners_promoted, budgets_scaled, adsets_paused, of steps that succeed."""
    counts = dict.fromkeys([*COUNTED.values(), UPDATED], 0)
    touched = set()
    for step in steps:
        if step.result == Result.SUCCESS and step.type in COUNTED:
            home = str(step.details.get("campaign_id", ""))
            touched.add(home)
            counts[COUNTED[Kind(step.type)]] += not (home and step.type == Kind.CREATE_CAMPAIGN)
    counts[UPDATED] = len(touched - {""})
    return counts
