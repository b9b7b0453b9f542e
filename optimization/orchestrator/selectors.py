"""Questions about goals and runs, for pages and the API. They store nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from metaads.models import AdAccount
from optimization.models import Goal, OrchestratorRun
from optimization.orchestrator.figures import candidates
from optimization.orchestrator.plan import ground_of
from optimization.orchestrator.promote import winners_of

LATEST = 10


def runs(account: AdAccount, most: int = LATEST) -> Sequence[OrchestratorRun]:
    """The newest runs with their steps and the actions that these are linked to. Three queries."""
    return list(account.orchestrator_runs.select_related("user").prefetch_related("steps__action")[:most])


def goals(account: AdAccount) -> Sequence[Goal]:
    """All goals of an account with their creatives, those that matter most first. Two queries."""
    return list(account.goals.order_by("-priority", "key").prefetch_related("creatives"))


@dataclass(frozen=True)
class LearningAdSet:
    """`probability`: of being, in truth, ahead of the median by the lead; None = nothing to tell it by. Spend and cost
    are in the major unit of the account's currency; cost None = no event yet."""

    goal_key: str
    meta_id: str
    name: str
    running: bool
    hours: float
    spend: float
    events: float
    cost: float | None
    probability: float | None


def learning_ad_sets(account: AdAccount, now: datetime) -> list[LearningAdSet]:
    """Every learning ad set of the active goals, with its probability of becoming a winner."""
    ground = ground_of(account, now)
    found = []
    for goal in ground.goals:
        chances = winners_of(ground, goal).chances
        found += [
            LearningAdSet(
                goal.key,
                one.meta_id,
                one.name,
                one.running,
                one.hours,
                one.figures.spend,
                one.figures.events,
                one.figures.cost,
                chances.get(one.meta_id),
            )
            for one in candidates(ground, goal)
        ]
    return found
