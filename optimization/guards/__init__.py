"""Guard rails, one a file. Adding one: write the file, list it here (docs/adding/guard.md)."""

from collections.abc import Sequence
from typing import Any

from optimization.guards.approval_period import APPROVAL_PERIOD
from optimization.guards.base import MADE, Facts, Guard, Outcome, Verdict
from optimization.guards.budget_exhausted import BUDGET_EXHAUSTED
from optimization.guards.budget_step import BUDGET_STEP
from optimization.guards.budget_sums import BUDGET_SUMS
from optimization.guards.confidence import CONFIDENCE
from optimization.guards.cooldown import COOLDOWN
from optimization.guards.correlation import CORRELATION
from optimization.guards.counts import COUNTS
from optimization.guards.creative_fatigue import CREATIVE_FATIGUE
from optimization.guards.data_age import DATA_AGE
from optimization.guards.data_quality import DATA_QUALITY
from optimization.guards.embargo import EMBARGO
from optimization.guards.exposure import EXPOSURE
from optimization.guards.hands_off import HANDS_OFF
from optimization.guards.largest_budgets import LARGEST_BUDGETS
from optimization.guards.learning_phase import LEARNING_PHASE
from optimization.guards.lock import LOCK
from optimization.guards.meta_limits import META_LIMITS
from optimization.guards.minimum_data import MINIMUM_DATA
from optimization.guards.never_alone import NEVER_ALONE
from optimization.guards.objective import OBJECTIVE
from optimization.guards.peak_hours import PEAK_HOURS
from optimization.guards.rejected import REJECTED
from optimization.guards.run import Judgement, advisory, hard, judge, judge_steps, overridden, told, written
from optimization.guards.state_drift import STATE_DRIFT
from optimization.guards.stop import STOP
from optimization.guards.switches import SWITCHES

ALL: tuple[Guard, ...] = (
    SWITCHES,
    STOP,
    STATE_DRIFT,
    LOCK,
    HANDS_OFF,
    REJECTED,
    DATA_AGE,
    DATA_QUALITY,
    OBJECTIVE,
    APPROVAL_PERIOD,
    NEVER_ALONE,
    CONFIDENCE,
    MINIMUM_DATA,
    EMBARGO,
    COOLDOWN,
    COUNTS,
    CORRELATION,
    CREATIVE_FATIGUE,
    PEAK_HOURS,
    BUDGET_EXHAUSTED,
    BUDGET_STEP,
    LEARNING_PHASE,
    LARGEST_BUDGETS,
    BUDGET_SUMS,
    EXPOSURE,
    META_LIMITS,
)
GUARDS: dict[str, Guard] = {guard.key: guard for guard in ALL}
if len(GUARDS) != len(ALL):
    raise RuntimeError("two guard rails share a key")

__all__ = [
    "ALL",
    "GUARDS",
    "MADE",
    "Facts",
    "Guard",
    "Judgement",
    "Outcome",
    "Verdict",
    "advisory",
    "hard",
    "judge_all",
    "judge_plan",
    "overridden",
    "told",
    "written",
]


def judge_all(facts: Facts) -> Judgement:
    """Every guard rail's verdict on these facts, in the order of `ALL`."""
    return judge(ALL, facts)


def judge_plan(steps: Sequence[Facts], final: Any) -> Judgement:
    """Every guard rail's worst verdict over the steps of a plan. `final`: the plan's values, which stay as they are."""
    return judge_steps(ALL, steps, final)
