"""The learning ad sets of a goal with their figures, as winners and losers are looked for."""

from datetime import date, timedelta

from intelligence.metrics import windows
from optimization.models import Goal
from optimization.orchestrator.core_signal import Figures
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import LEARNING, Made
from optimization.orchestrator.winners import Candidate

MOST_DAYS = 14
"""What is longer ago says little of an ad set as it is."""


def candidates(ground: Ground, goal: Goal) -> list[Candidate]:
    """Every learning ad set that was ever made for the goal, with what it did since, at most two weeks back."""
    made = ground.ad_sets_of(goal, LEARNING)
    found = since_made(ground, goal, made)
    return [
        Candidate(
            one.meta_id,
            ground.ad_sets[one.meta_id].name if one.meta_id in ground.ad_sets else one.meta_id,
            ground.hours(one),
            found[one.meta_id],
            ground.running(one),
            MOST_DAYS if windows.local_day(one.made_at, ground.account.zone) < _oldest(ground) else None,
        )
        for one in made
    ]


def since_made(ground: Ground, goal: Goal, made: list[Made]) -> dict[str, Figures]:
    """Figures by ad set from the day it was made, or from two weeks ago."""
    today, zone, oldest = ground.readings.today, ground.account.zone, _oldest(ground)
    found: dict[str, Figures] = {}
    for one in made:
        first = max(windows.local_day(one.made_at, zone), oldest)
        found |= ground.readings.of([one.meta_id], goal.signal, first, today)
    return found


def _oldest(ground: Ground) -> date:
    return ground.readings.today - timedelta(days=MOST_DAYS)
