"""A goal's part of a run, step by step: learning, winners, scaling, losers. Stores nothing and asks nobody."""

from collections.abc import Callable
from datetime import datetime

from metaads import switch
from metaads.models import AdAccount, Connection
from optimization.models import EmergencyStop, Goal, OrchestratorSettings
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.learning import learning
from optimization.orchestrator.losers import losers
from optimization.orchestrator.promote import promote
from optimization.orchestrator.report import Wanted
from optimization.orchestrator.scale import scale
from optimization.orchestrator.settings import missing_amounts, settings_of

PARTS: tuple[Callable[[Ground, Goal], list[Wanted]], ...] = (learning, losers, promote, scale)


def plan(ground: Ground, goal: Goal) -> list[Wanted]:
    """All that is wanted for the goal now."""
    return [wanted for part in PARTS for wanted in part(ground, goal)]


def ground_of(account: AdAccount, now: datetime) -> Ground:
    """What a run of the account stands on; goals in the order in which they are served."""
    goals = list(account.goals.filter(active=True).order_by("-priority", "key"))
    for goal in goals:
        goal.account = account
    return Ground(account, now, settings_of(account), goals)


def why_not(ground: Ground) -> str:
    """Why no run can be for this account now; "" = it is eligible."""
    account, off = ground.account, switch.why_off(switch.INTELLIGENCE)
    if off:
        return off
    if not account.active or account.read_only:
        return "This ad account is not watched."
    stop = EmergencyStop.objects.in_force(account)
    if stop:
        return stop.sentence(account)
    if account.connection.state == Connection.State.BROKEN:
        return f"The connection to Meta is broken: {account.connection.state_reason}"
    if not ground.goals:
        return "No goal is switched on."
    return _lacking(ground.row)


def _lacking(row: OrchestratorSettings) -> str:
    lacking = missing_amounts(row)
    return f"Enter in the orchestrator's settings: {', '.join(lacking)}." if lacking else ""
