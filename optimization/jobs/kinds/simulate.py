"""A set of rules in closed loop in the sandbox, against none."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from metaads.models import AdAccount
from optimization.jobs.base import JobFailed, JobKind, JobParameters, Tell
from optimization.jobs.kinds.backtest import saved_rules
from optimization.simulate import SimulationFailed, simulate, spec_for


class SimulateParameters(JobParameters):
    """`rules`: public ids. The same `seed` gives the same world."""

    rules: tuple[UUID, ...] = Field(min_length=1, max_length=50)
    days: Annotated[int, Field(ge=1, le=30)] = 7
    seed: Annotated[int, Field(ge=0, le=2**31)] = 7


class Simulate(JobKind):
    key = "simulate"
    label = "Simulation"
    Parameters = SimulateParameters

    def check(self, account: AdAccount, parameters: Any, now: datetime) -> None:
        saved_rules(account, parameters.rules)

    def run(self, account: AdAccount, parameters: Any, now: datetime, tell: Tell) -> dict[str, Any]:
        asked: SimulateParameters = parameters
        spec = spec_for(account, saved_rules(account, asked.rules), asked.days, asked.seed)
        try:
            return simulate(spec, tell)
        except SimulationFailed as error:
            raise JobFailed(str(error)) from error


SIMULATE = Simulate()
