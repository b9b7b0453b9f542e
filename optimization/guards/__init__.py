"""Guard rails, one a file. Adding one: write the file, list it here (docs/adding/guard.md)."""

from optimization.guards.approval_period import APPROVAL_PERIOD
from optimization.guards.base import Facts, Guard, Outcome, Verdict
from optimization.guards.budget_step import BUDGET_STEP
from optimization.guards.confidence import CONFIDENCE
from optimization.guards.cooldown import COOLDOWN
from optimization.guards.counts import COUNTS
from optimization.guards.data_age import DATA_AGE
from optimization.guards.data_quality import DATA_QUALITY
from optimization.guards.embargo import EMBARGO
from optimization.guards.minimum_data import MINIMUM_DATA
from optimization.guards.run import Judgement, judge
from optimization.guards.state_drift import STATE_DRIFT
from optimization.guards.stop import STOP
from optimization.guards.switches import SWITCHES

ALL: tuple[Guard, ...] = (
    SWITCHES,
    STOP,
    STATE_DRIFT,
    DATA_AGE,
    DATA_QUALITY,
    APPROVAL_PERIOD,
    CONFIDENCE,
    MINIMUM_DATA,
    EMBARGO,
    COOLDOWN,
    COUNTS,
    BUDGET_STEP,
)
GUARDS: dict[str, Guard] = {guard.key: guard for guard in ALL}
if len(GUARDS) != len(ALL):
    raise RuntimeError("two guard rails share a key")

__all__ = ["ALL", "GUARDS", "Facts", "Guard", "Judgement", "Outcome", "Verdict", "judge_all"]


def judge_all(facts: Facts) -> Judgement:
    """Every guard rail's verdict on these facts, in the order of `ALL`."""
    return judge(ALL, facts)
