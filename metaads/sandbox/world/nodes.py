"""What Meta stores about objects. Times are Unix seconds, money is in Meta's minor unit; `index` is the column."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Campaign:
    id: str
    index: int
    name: str
    objective: str
    created: int
    updated: int
    start: int
    status: str = "ACTIVE"
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    bid_strategy: str | None = None
    stop: int | None = None


@dataclass(slots=True)
class AdSet:
    id: str
    index: int
    campaign: int
    name: str
    created: int
    updated: int
    start: int
    optimization_goal: str
    event: str
    status: str = "ACTIVE"
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    bid_strategy: str | None = "LOWEST_COST_WITHOUT_CAP"
    bid_amount: int | None = None
    end: int | None = None
    targeting: dict[str, Any] = field(default_factory=dict)
    budget_changes: list[int] = field(default_factory=list)
    paused_at: int | None = None


@dataclass(slots=True)
class Ad:
    id: str
    index: int
    ad_set: int
    name: str
    creative: str
    created: int
    updated: int
    status: str = "ACTIVE"
    review: str = ""


@dataclass(slots=True)
class Creative:
    id: str
    index: int
    name: str
    title: str
    body: str
    call_to_action: str
    shape: str
    link: str


Node = Campaign | AdSet | Ad
