"""A set of rules in closed loop in the sandbox, against none."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from metaads.models import AdAccount
from optimization.jobs.base import JobFailed, JobKind, Tell
from optimization.jobs.kinds.backtest import OfRules, chosen_rules
from optimization.simulate import SimulationFailed, simulate, spec_for


class SimulateParameters(OfRules):
    """The same `seed` gives the same world."""

    days: Annotated[int, Field(ge=1, le=30)] = 7
    seed: Annotated[int, Field(ge=0, le=2**31)] = 7


class Simulate(JobKind):
    key = "simulate"
    label = "Simulation"
    Parameters = SimulateParameters

    def check(self, account: AdAccount, parameters: Any, now: datetime) -> None:
        chosen_rules(account, parameters)

    def run(self, account: AdAccount, parameters: Any, now: datetime, tell: Tell) -> dict[str, Any]:
        asked: SimulateParameters = parameters
        spec = spec_for(account, chosen_rules(account, asked), asked.days, asked.seed)
        try:
            return simulate(spec, tell)
        except SimulationFailed as error:
            raise JobFailed(str(error)) from error


SIMULATE = Simulate()
