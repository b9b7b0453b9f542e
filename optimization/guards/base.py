"""What a guard rail is: a pure check of facts, with a verdict that carries its reason."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from optimization.limits import Limits
from optimization.models import Source

BY_OPTIMIZER = frozenset({Source.OPTIMIZER.value})
BY_RULES = frozenset({Source.RULE.value})
BY_ORCHESTRATOR = frozenset({Source.ORCHESTRATOR.value})
BY_MACHINES = BY_OPTIMIZER | BY_RULES | BY_ORCHESTRATOR
BY_ALL = BY_MACHINES | {Source.PERSON.value}
EVERYBODY = BY_ALL | {Source.UNDO.value}


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  (a verdict, no password)
    TRIM = "trim"
    BLOCK = "block"
    SKIP = "skip"


@dataclass(frozen=True)
class Facts:
    """All that guard rails may ask, gathered beforehand so that a check is pure.

    Budgets are integers in the minor unit, percent are percent, times are business time. `current` is Meta's live
    value at execution and the mirror's at proposal. None = unknown, which never passes a rail that needs it.
    `doubt`: why the account's data are doubtful; None = they were checked and are trusted, "" = never checked.
    """

    now: datetime
    source: str
    kind: str
    grows: bool
    loss_prevention: bool
    field: str
    before: int | str
    wanted: int | str
    current: int | str | None
    limits: Limits
    connected_at: datetime
    created_at: datetime | None
    campaign_created_at: datetime | None
    data_read_at: datetime | None
    confidence: float | None = None
    spend: Decimal | None = None
    impressions: float | None = None
    last_executed_at: datetime | None = None
    last_optimizer_at: datetime | None = None
    budget_changes_today: int = 0
    raised_today: int = 0
    day_start_budget: int | None = None
    auto_last_hour: int = 0
    run_actions: int = 0
    campaign_actions: int = 0
    switch_off: str | None = None
    stop: str | None = None
    doubt: str | None = None
    acting_alone: bool = False
    executing: bool = False

    @property
    def is_budget(self) -> bool:
        return self.field != "status"


class Verdict(NamedTuple):
    """`remaining`: distance to the limit as a share of it (1 = far, 0 = at it), None = not a matter of distance.

    `passing`: a block that time alone can lift, so an approved action waits instead of failing.
    """

    guard: str
    outcome: Outcome
    reason: str
    setting: str = ""
    remaining: float | None = None
    trimmed_to: int | None = None
    passing: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "guard": self.guard,
            "outcome": self.outcome,
            "reason": self.reason,
            "setting": self.setting,
            "remaining": self.remaining,
            "trimmed_to": self.trimmed_to,
            "passing": self.passing,
        }


class Guard:
    """Base of all guard rails. `binds`: the sources it is for; `hard`: a person cannot override it either."""

    key: ClassVar[str]
    label: ClassVar[str]
    binds: ClassVar[frozenset[str]]
    hard: ClassVar[bool] = False
    spares_loss_prevention: ClassVar[bool] = False

    def check(self, facts: Facts) -> Verdict:
        raise TypeError(f"{type(self).__name__} must give a verdict")

    def passes(self, reason: str, setting: str = "", remaining: float | None = None) -> Verdict:
        return Verdict(self.key, Outcome.PASS, reason, setting, remaining)

    def blocks(self, reason: str, setting: str = "", *, passing: bool = False) -> Verdict:
        return Verdict(self.key, Outcome.BLOCK, reason, setting, 0.0, passing=passing)

    def trims(self, to: int, reason: str, setting: str = "") -> Verdict:
        return Verdict(self.key, Outcome.TRIM, reason, setting, 0.0, trimmed_to=to)

    def skips(self, reason: str) -> Verdict:
        return Verdict(self.key, Outcome.SKIP, reason)
