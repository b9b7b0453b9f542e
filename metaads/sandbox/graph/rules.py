"""Meta's native rules over the API: library, governed objects, history; creation with Meta's checks (reference 10)."""

from collections.abc import Callable, Sequence
from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.native_rules import NativeRule
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.rule_filters import LEVELS

Reader = Callable[[View, NativeRule], Any]
FIELDS: dict[str, Reader] = {
    "id": lambda v, r: r.id,
    "account_id": lambda v, r: v.account.id,
    "name": lambda v, r: r.name,
    "status": lambda v, r: r.status,
    "evaluation_spec": lambda v, r: r.evaluation_spec,
    "execution_spec": lambda v, r: r.execution_spec,
    "schedule_spec": lambda v, r: r.schedule_spec,
    "created_by": lambda v, r: {"id": r.created_by, "name": r.creator_name},
    "created_time": lambda v, r: v.time(r.created),
    "updated_time": lambda v, r: v.time(r.updated),
}


def library(view: View) -> list[NativeRule]:
    """The account's rules; those that trigger on events are in the API although Ads Manager hides them."""
    return [rule for rule in view.account.rules if rule.status != "DELETED"]


def governed(view: View, node: Campaign | AdSet | Ad) -> list[NativeRule]:
    """The rules that may touch this object: by its id, or by its level."""
    return [rule for rule in library(view) if covers(rule, node)]


def covers(rule: NativeRule, node: Campaign | AdSet | Ad) -> bool:
    """Whether the rule's mandatory filter takes in the object; `id` is a fixed list, `entity_type` a whole level."""
    for one in rule.evaluation_spec.get("filters", []):
        values = one["value"] if isinstance(one["value"], list) else [one["value"]]
        if one["field"] == "id":
            return node.id in map(str, values)
        if one["field"] == "entity_type":
            return LEVELS[type(node)] in values
    return False


def history(view: View, rules: Sequence[NativeRule], call: Call) -> list[dict[str, Any]]:
    """Runs of rules, newest first; `object_id`, `action` and `hide_no_changes` narrow."""
    rows = [run for rule in rules for run in rule.history]
    wish, action = call.text("object_id"), call.text("action")
    kept = [
        run
        for run in rows
        if (not wish or any(result["object_id"] == wish for result in run["results"]))
        and (not action or any(a["action"] == action for result in run["results"] for a in result["actions"]))
        and (not call.truth("hide_no_changes") or run["results"])
    ]
    return [{**run, "timestamp": view.time(run["timestamp"])} for run in sorted(kept, key=_newest_first)]


def _newest_first(run: dict[str, Any]) -> int:
    return -int(run["timestamp"])
