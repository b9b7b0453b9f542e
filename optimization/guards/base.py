"""What a guard rail is: a pure check of facts, with a verdict that carries its reason."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from metaads.graph.money import money_text
from optimization.limits import Limits
from optimization.models import Source

BY_OPTIMIZER = frozenset({Source.OPTIMIZER.value})
BY_RULES = frozenset({Source.RULE.value})
BY_ORCHESTRATOR = frozenset({Source.ORCHESTRATOR.value})
BY_MACHINES = BY_OPTIMIZER | BY_RULES | BY_ORCHESTRATOR
BY_ALL = BY_MACHINES | {Source.PERSON.value}
BY_EXEMPT = frozenset({Source.UNDO.value, Source.INCIDENT.value})
"""Undo, timed reverts and incident actions heed only switches, stop, drift and Meta's own limits."""
EVERYBODY = BY_ALL | BY_EXEMPT

BUDGETS = frozenset({"daily_budget", "lifetime_budget"})
BIDS = frozenset({"bid", "bid_amount", "bid_strategy"})
MADE = "made"
"""`Facts.field` of something that is to be made: `before` is 0, `wanted` the daily budget that it will have."""


NOT_CONCERNED = "This change is none of its business."


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  (a verdict, no password)
    WARN = "warn"
    TRIM = "trim"
    BLOCK = "block"
    SKIP = "skip"


def raises(field: str, before: Any, wanted: Any) -> bool:
    """As `Facts.raises`; of an unknown budget it is taken for granted."""
    if field == "status":
        return bool(wanted == "ACTIVE")
    if field not in BUDGETS and field != MADE:
        return False
    return not isinstance(before, int) or not isinstance(wanted, int) or wanted > before


@dataclass(frozen=True)
class Facts:
    """All that guard rails may ask, gathered beforehand so that a check is pure. One per step of a plan.

    `field`: status, daily_budget, lifetime_budget, bid, bid_strategy, targeting, another one of Meta's, or `MADE`.
    Budgets and money are integers in the minor unit, percent are percent, times are business time. `current` is Meta's
    live value at execution and the mirror's at proposal. None = unknown, which never passes a rail that needs it.
    `doubt`: why the account's data are doubtful; None = they were checked and are trusted, "" = never checked.
    `grows`, `loss_prevention`: of a budget by its direction, which a person may have turned round, else by the kind.
    A text that says what stands in the way (`exhausted`, `lock`, `touched`, `reactivates`) is empty where nothing does.
    """

    now: datetime
    source: str
    kind: str
    grows: bool
    loss_prevention: bool
    field: str
    before: Any
    wanted: Any
    current: Any
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
    last_orchestrator_at: datetime | None = None
    """Of something that is to be made: when something was made there, or promoted of it, last."""
    budget_changes_today: int = 0
    budget_changes_last_hour: int = 0
    raised_today: int = 0
    day_start_budget: int | None = None
    auto_last_hour: int = 0
    auto_last_hour_everywhere: int = 0
    max_alone_everywhere: int | None = None
    run_actions: int = 0
    campaign_actions: int = 0
    switch_off: str | None = None
    stop: str | None = None
    doubt: str | None = None
    acting_alone: bool = False
    executing: bool = False

    name: str = ""
    """Of the object, for people."""
    currency: str = "USD"
    may_act_alone: bool = True
    """Whether its kind may ever act alone."""
    orchestrated: bool = False
    """Its campaign was made for a goal."""

    # Money. What "may be spent a day" is the sum of the daily budgets of what is switched on.
    idle: int | None = 0
    """What activating it adds to what may be spent a day, and pausing takes from it."""
    largest: int | None = 0
    """The largest single budget among those that activating it switches on."""
    days_left: float | None = None
    """Over which a lifetime budget is spread."""
    plan_adds: int | None = 0
    """What the other steps of its plan add to what may be spent a day in the account, net."""
    plan_adds_in_campaign: int | None = 0
    campaign_budgets: int | None = None
    account_budgets: int | None = None
    everywhere_usd: Decimal | None = None
    """What may be spent a day in the whole installation, in dollars."""
    usd: Decimal | None = None
    """Dollars that one minor unit of the currency is worth, roughly."""
    raised_in_account: int = 0
    """Net raises of the account's day so far, claimed ones included."""
    spent_yesterday: int | None = None
    least_budget: int | None = None
    """Meta's minimum for a daily budget of this object; None = Meta did not say."""
    exhausted: str = ""

    # What it would disturb.
    learning: str = ""
    """Meta's word for the learning phase of it, or of any ad set under it."""
    learned_step: float | None = None
    """Percent from which on a budget step restarted learning in this account."""
    rested_hours: float | None = None
    """How long it has been paused; None = unknown."""
    peak_hours: frozenset[int] = frozenset()
    peak_hours_learned: bool = False
    local_hour: int = 0
    own_spend: int | None = None
    account_spend: int | None = None
    """A day, over the last days. `run_spend`: of what this run changes already."""
    run_spend: int | None = 0
    siblings: int = 1
    """Active siblings in its campaign, itself included; `siblings_growing`: those that this run raises already."""
    siblings_growing: int = 0
    fatigue: float | None = None
    """Spend-weighted score of its ads, 0 to 100."""

    # Whose it is.
    lock: str = ""
    touched: str = ""
    reactivates: str = ""
    rejected: str = ""
    deciding: frozenset[str] = frozenset()
    """Metrics that decide for it, without window ("roas")."""
    objective: str = ""

    @property
    def is_budget(self) -> bool:
        return self.field in BUDGETS

    @property
    def raises(self) -> bool:
        """A budget that grows, something made, or something switched on."""
        return raises(self.field, self.before, self.wanted)

    @property
    def adds(self) -> int | None:
        """What it adds to what may be spent a day (negative = takes away). None = unknown."""
        if self.field == "status":
            return None if self.idle is None else self.idle if self.wanted == "ACTIVE" else -self.idle
        if self.field not in BUDGETS and self.field != MADE:
            return 0
        if not isinstance(self.before, int) or not isinstance(self.wanted, int):
            return None
        growth = self.wanted - self.before
        if self.field != "lifetime_budget":
            return growth
        return None if self.days_left is None else round(growth / max(self.days_left, 1.0))

    def money(self, minor: int | float | Decimal) -> str:
        return money_text(int(minor), self.currency)


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
    """Base of all guard rails. `binds`: the sources it is for; `hard`: a person cannot override it either.

    A rail that binds all machines and is not hard advises a person, who may override it with a reason.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    binds: ClassVar[frozenset[str]]
    hard: ClassVar[bool] = False
    spares_loss_prevention: ClassVar[bool] = False

    def __init__(self) -> None:
        self._nothing = Verdict(self.key, Outcome.PASS, NOT_CONCERNED)

    @property
    def advises(self) -> bool:
        return not self.hard and self.binds >= BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        raise TypeError(f"{type(self).__name__} must give a verdict")

    def not_concerned(self) -> Verdict:
        """Passes: the change is none that this rail is about."""
        return self._nothing

    def passes(self, reason: str, setting: str = "", remaining: float | None = None) -> Verdict:
        return Verdict(self.key, Outcome.PASS, reason, setting, remaining)

    def blocks(self, reason: str, setting: str = "", *, passing: bool = False) -> Verdict:
        return Verdict(self.key, Outcome.BLOCK, reason, setting, 0.0, passing=passing)

    def trims(self, to: int, reason: str, setting: str = "") -> Verdict:
        return Verdict(self.key, Outcome.TRIM, reason, setting, 0.0, trimmed_to=to)

    def skips(self, reason: str) -> Verdict:
        return Verdict(self.key, Outcome.SKIP, reason)
