"""What Meta stores about objects. Times are Unix seconds, money is in Meta's minor unit; `index` is the column.

Attributes that the API knows have the API's names (reference 3.3, 3.4, 3.7), but `start`, `end` and `stop`.
`busy_until`: shown as IN_PROCESS before. `issue`: a key of `issues.KNOWN`, "" without. `source`: index of the object of
which it is a copy, None for an original.
"""

from dataclasses import dataclass, field
from typing import Any

_KIND_NUMBERS = {"campaign": 1, "adset": 2, "ad": 3, "creative": 4, "pixel": 5}


def object_id(kind: str, account: int, index: int) -> str:
    """Eighteen digits, unique over kinds and accounts (numbers as in the world)."""
    number = _KIND_NUMBERS[kind]
    return str(120_200_000_000_000_000 + number * 1_000_000_000_000_000 + account * 10_000_000_000 + index * 10_007)


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
    spend_cap: int | None = None
    special_ad_categories: list[str] = field(default_factory=list)
    special_ad_category_country: list[str] = field(default_factory=list)
    is_adset_budget_sharing_enabled: bool = False
    source: int | None = None
    busy_until: int = 0
    issue: str = ""


@dataclass(slots=True)
class AdSet:
    """`crowd`: index of the ad set whose people these are too (itself, or the original of a copy)."""

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
    billing_event: str = "IMPRESSIONS"
    promoted_object: dict[str, Any] | None = None
    destination_type: str = "WEBSITE"
    attribution_spec: list[dict[str, Any]] = field(default_factory=list)
    bid_constraints: dict[str, Any] | None = None
    daily_min_spend_target: int | None = None
    daily_spend_cap: int | None = None
    dsa_payor: str | None = None
    dsa_beneficiary: str | None = None
    crowd: int | None = None
    source: int | None = None
    busy_until: int = 0
    issue: str = ""


@dataclass(slots=True)
class Ad:
    """`review`: what the review finds, "" or DISAPPROVED; until `review_until` it is PENDING_REVIEW."""

    id: str
    index: int
    ad_set: int
    name: str
    creative: str
    created: int
    updated: int
    status: str = "ACTIVE"
    review: str = ""
    review_until: int = 0
    conversion_domain: str | None = None
    tracking_specs: list[dict[str, Any]] | None = None
    source: int | None = None
    busy_until: int = 0
    issue: str = ""


@dataclass(slots=True)
class Creative:
    """`spec`: what the call that made it sent (reference 3.7); None for those that were there from the beginning."""

    id: str
    index: int
    name: str
    title: str
    body: str
    call_to_action: str
    shape: str
    link: str
    status: str = "ACTIVE"
    spec: dict[str, Any] | None = None


Node = Campaign | AdSet | Ad
