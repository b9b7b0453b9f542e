"""Which objects a native rule means now: its filters, all of them, over the account's days (reference 10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.native_rules import NativeRule
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Ints

Node = Campaign | AdSet | Ad
LEVELS: dict[type, str] = {Campaign: "CAMPAIGN", AdSet: "ADSET", Ad: "AD"}
# Days before today that a preset begins, and whether today is part of it (`LAST_7_DAYS` has today, `LAST_7D` has not).
_PRESETS = {"LIFETIME": (10_000, True), "TODAY": (0, True), "YESTERDAY": (1, False)} | {
    f"LAST_{n}{ending}": (n - 1 if today else n, today)
    for n in (2, 3, 7, 14, 28, 30)
    for ending, today in (("_DAYS", True), ("D", False))
}


@dataclass(frozen=True)
class Facts:
    """One object with its sums over the rule's time. `offset`: minor units in a major one."""

    node: Node
    sums: Ints
    offset: int


def _per(top: Metric, bottom: Metric, factor: float) -> Callable[[Facts], float | None]:
    return lambda f: factor * float(f.sums[top]) / float(f.sums[bottom]) if f.sums[bottom] else None


# `spent` and costs are in minor units (reference 2.1).
_METRICS: dict[str, Callable[[Facts], float | None]] = {
    "spent": lambda f: float(f.sums[Metric.SPEND]),
    "impressions": lambda f: float(f.sums[Metric.IMPRESSIONS]),
    "clicks": lambda f: float(f.sums[Metric.CLICKS]),
    "link_click": lambda f: float(f.sums[Metric.LINK_CLICKS]),
    "offsite_conversion.fb_pixel_purchase": lambda f: float(f.sums[Metric.PURCHASES]),
    "ctr": _per(Metric.CLICKS, Metric.IMPRESSIONS, 100.0),
    "cpc": _per(Metric.SPEND, Metric.CLICKS, 1.0),
    "cpm": _per(Metric.SPEND, Metric.IMPRESSIONS, 1000.0),
    "cost_per_purchase_fb": _per(Metric.SPEND, Metric.PURCHASES, 1.0),
    "website_purchase_roas": _per(Metric.VALUE, Metric.SPEND, 1.0),
}
_METADATA: dict[str, Callable[[Node], Any]] = {
    "id": lambda n: n.id,
    "entity_type": lambda n: LEVELS[type(n)],
    "name": lambda n: n.name,
    "effective_status": lambda n: n.status,
    "daily_budget": lambda n: getattr(n, "daily_budget", None),
    "lifetime_budget": lambda n: getattr(n, "lifetime_budget", None),
    "bid_amount": lambda n: getattr(n, "bid_amount", None),
    "optimization_goal": lambda n: getattr(n, "optimization_goal", None),
    "objective": lambda n: getattr(n, "objective", None),
}
_JUDGES: dict[str, Callable[[Any, Any], bool]] = {
    "GREATER_THAN": lambda found, value: float(found) > float(value),
    "LESS_THAN": lambda found, value: float(found) < float(value),
    "EQUAL": lambda found, value: str(found) == str(value),
    "NOT_EQUAL": lambda found, value: str(found) != str(value),
    "IN_RANGE": lambda found, value: float(value[0]) <= float(found) <= float(value[1]),
    "NOT_IN_RANGE": lambda found, value: not float(value[0]) <= float(found) <= float(value[1]),
    "IN": lambda found, value: str(found) in map(str, value),
    "NOT_IN": lambda found, value: str(found) not in map(str, value),
    "CONTAIN": lambda found, value: str(value).lower() in str(found).lower(),
    "NOT_CONTAIN": lambda found, value: str(value).lower() not in str(found).lower(),
}
_TIME = frozenset({"time_preset", "attribution_window"})


def meant(account: Account, rule: NativeRule) -> list[Node]:
    """The objects that pass every filter. One that is not understood lets nothing pass: no rule acts on a guess."""
    filters = list(rule.evaluation_spec.get("filters", []))
    if not any(one["field"] == "effective_status" for one in filters):
        filters.append(_implicit(rule))
    tests = [one for one in filters if one["field"] not in _TIME]
    if any(one["field"] not in _METADATA and one["field"] not in _METRICS for one in tests):
        return []
    nodes = [node for node in _candidates(account) if _passes(tests, _METADATA, node)]
    preset = next((str(one["value"]) for one in filters if one["field"] == "time_preset"), "LIFETIME")
    if preset not in _PRESETS:
        return []
    facts = [Facts(node, _sums(account, node, *_PRESETS[preset]), account.market.offset) for node in nodes]
    return [one.node for one in facts if _passes(tests, _METRICS, one)]


def _implicit(rule: NativeRule) -> dict[str, Any]:
    """Without a filter on status only what runs is meant; to start something again, all that still exists."""
    if rule.execution_spec.get("execution_type") == "UNPAUSE":
        return {"field": "effective_status", "operator": "NOT_IN", "value": ["DELETED", "ARCHIVED"]}
    return {"field": "effective_status", "operator": "IN", "value": ["ACTIVE", "PENDING_REVIEW"]}


def _candidates(account: Account) -> list[Node]:
    return [*account.campaigns, *account.ad_sets, *account.ads]


def _passes(tests: list[dict[str, Any]], readers: dict[str, Callable[[Any], Any]], one: Any) -> bool:
    for test in tests:
        if test["field"] not in readers:
            continue
        found, judge = readers[test["field"]](one), _JUDGES.get(str(test["operator"]))
        if found is None or judge is None or not judge(found, test["value"]):
            return False
    return True


def _sums(account: Account, node: Node, back: int, today: bool) -> Ints:
    last = account.days if today else account.days - 1
    rows = account.daily[max(0, account.days - 1 - back) : max(0, last)]
    return np.asarray(rows[:, _ads(account, node)].sum(axis=(0, 1)), dtype=np.int64)


def _ads(account: Account, node: Node) -> list[int]:
    if isinstance(node, Ad):
        return [node.index]
    sets = {node.index} if isinstance(node, AdSet) else {s.index for s in account.ad_sets if s.campaign == node.index}
    return [ad.index for ad in account.ads if ad.ad_set in sets]
