"""Whether a native rule's filters take in an object, as far as our mirror can tell (reference 10)."""

from collections.abc import Callable
from typing import Any

from metaads.models import Ad, AdSet, Campaign, NativeRule
from metaads.sync.native_rules import entity_types, filters

Node = Campaign | AdSet | Ad
_LEVELS: dict[type, str] = {Campaign: "CAMPAIGN", AdSet: "ADSET", Ad: "AD"}
_PARENTS = {"campaign": "campaign", "adset": "ad_set"}
# Metadata that the mirror holds under the same name; figures are no reason to leave a rule out.
_MIRRORED = frozenset(
    {"name", "objective", "buying_type", "billing_event", "optimization_goal", "effective_status"}
    | {"daily_budget", "lifetime_budget", "spend_cap", "bid_amount"}
)
_DORMANT = frozenset({"DELETED", "ARCHIVED"})


def may_match(rule: NativeRule, node: Node) -> bool:
    """The rule takes this level as a whole, and nothing that we know of the object keeps it out.

    Without a filter on `effective_status` Meta adds one of its own; objects that it leaves out today may come in
    tomorrow, so only deleted and archived ones are left out here.
    """
    if _LEVELS[type(node)] not in entity_types(rule) or node.deleted_at or node.effective_status in _DORMANT:
        return False
    return all(_fits(one, node) for one in filters(rule))


def _fits(one: dict[str, Any], node: Node) -> bool:
    """True also for what the mirror cannot tell."""
    value = _known(str(one.get("field", "")), node)
    compare = _OPERATORS.get(str(one.get("operator")))
    if value is None or compare is None:
        return True
    try:
        return compare(value, one.get("value"))
    except (TypeError, ValueError):
        return True


def _known(name: str, node: Node) -> Any:
    """The value of `objective` or `campaign.objective`; None = unknown, or the mirror does not hold it."""
    prefix, _, rest = name.rpartition(".")
    owner: Any = node if prefix in {"", _LEVELS[type(node)].lower()} else getattr(node, _PARENTS.get(prefix, ""), None)
    if rest not in _MIRRORED or owner is None:
        return None
    found = getattr(owner, rest, None)
    return None if found in ("", None) else found


def _texts(value: Any) -> list[str]:
    return [str(one).lower() for one in (value if isinstance(value, list) else [value])]


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQUAL": lambda mine, value: str(mine).lower() in _texts(value),
    "NOT_EQUAL": lambda mine, value: str(mine).lower() not in _texts(value),
    "IN": lambda mine, value: str(mine).lower() in _texts(value),
    "NOT_IN": lambda mine, value: str(mine).lower() not in _texts(value),
    "CONTAIN": lambda mine, value: any(text in str(mine).lower() for text in _texts(value)),
    "NOT_CONTAIN": lambda mine, value: not any(text in str(mine).lower() for text in _texts(value)),
    "GREATER_THAN": lambda mine, value: float(mine) > float(value),
    "LESS_THAN": lambda mine, value: float(mine) < float(value),
}
