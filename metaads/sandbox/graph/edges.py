"""Edges: the lists below a node (reference 2.3, 3.2)."""

from collections.abc import Callable, Sequence
from typing import Any

from metaads.sandbox.graph import filtering, rules
from metaads.sandbox.graph.activities import activities
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import unknown_field
from metaads.sandbox.graph.insights import insights
from metaads.sandbox.graph.paging import page
from metaads.sandbox.graph.pixels import stats
from metaads.sandbox.graph.render import ACCOUNT, KINDS, PIXEL, Target, render
from metaads.sandbox.graph.selection import Wanted, parse
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.native_rules import NativeRule
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import MARKETS, Market

Below = Campaign | AdSet | Ad
_HIDDEN = frozenset({"ARCHIVED", "DELETED"})
_NAMES = {
    "id": "id",
    "name": "name",
    "effective_status": "effective_status",
    "status": "status",
    "updated_time": "updated_time",
}


def edge(target: Target, name: str, call: Call) -> dict[str, Any]:
    """One page of an edge; an edge that the node does not have is error 100."""
    node = target.node
    if name == "insights" and (target.kind is ACCOUNT or isinstance(node, Campaign | AdSet | Ad)):
        return insights(target.view, node if isinstance(node, Campaign | AdSet | Ad) else None, call)
    special = SPECIAL.get((target.kind.label, name))
    if special is not None:
        return special(target, call)
    found = _children(target, name)
    if found is None:
        raise unknown_field(name, target.kind.label)
    return _objects(target.view, found, call)


def _children(target: Target, name: str) -> Sequence[Below | Creative] | None:
    """The objects of an edge before filters; None where the node has no such edge."""
    account, node = target.view.account, target.node
    if target.kind is ACCOUNT:
        lists: dict[str, Sequence[Below | Creative]] = {
            "campaigns": account.campaigns,
            "adsets": account.ad_sets,
            "ads": account.ads,
            "adcreatives": [c for c in account.creatives if c.status != "DELETED"],
        }
        return lists.get(name)
    if isinstance(node, Campaign) and name == "adsets":
        return target.view.members(node)
    if isinstance(node, Campaign) and name == "ads":
        return [a for a in account.ads if target.view.set_of(a).campaign == node.index]
    if isinstance(node, AdSet) and name == "ads":
        return [a for a in account.ads if a.ad_set == node.index]
    if isinstance(node, AdSet | Ad) and name == "adcreatives":
        mine = [a for a in account.ads if a is node or (isinstance(node, AdSet) and a.ad_set == node.index)]
        return list({a.creative: account.creative_of(a) for a in mine}.values())
    return None


def _objects(view: View, found: Sequence[Below | Creative], call: Call) -> dict[str, Any]:
    wanted = parse(call.text("fields")) or (Wanted("id"),)
    statuses = frozenset(call.words("effective_status")) or _asked_statuses(call)
    tests = filtering.conditions(call.json("filtering"), _filter_names(found))
    since = call.number("updated_since", 0)
    kept: list[Below | Creative] = []
    for node in found:
        if isinstance(node, Creative) or _visible(view, node, statuses, since, tests):
            kept.append(node)
    return page(call, kept, lambda node: render(Target(view, KINDS[type(node)], node), wanted, call, edge))


def _visible(view: View, node: Below, statuses: frozenset[str], since: int, tests: list[filtering.Condition]) -> bool:
    status = effective_status(view, node)
    hidden = status not in statuses if statuses else status in _HIDDEN
    if hidden or node.updated < since:
        return False
    row: dict[str, Any] = {"id": node.id, "name": node.name, "effective_status": status, "status": node.status}
    row["updated_time"] = node.updated
    return all(test.holds(row.get(test.key)) for test in tests)


def _asked_statuses(call: Call) -> frozenset[str]:
    """Statuses named by `filtering`: naming ARCHIVED there makes archived objects visible too."""
    for one in call.json("filtering") or []:
        if (
            isinstance(one, dict)
            and str(one.get("field", "")).endswith("effective_status")
            and one.get("operator") == "IN"
        ):
            return frozenset(map(str, one.get("value") or []))
    return frozenset()


def _filter_names(found: Sequence[Below | Creative]) -> dict[str, str]:
    """`id` and `campaign.id` style names both work on object edges."""
    prefix = {Campaign: "campaign", AdSet: "adset", Ad: "ad"}.get(type(found[0]) if found else Creative, "adcreative")
    return {**_NAMES, **{f"{prefix}.{name}": key for name, key in _NAMES.items()}}


def _pixels(target: Target, call: Call) -> dict[str, Any]:
    return _list(target, [Target(target.view, PIXEL)], call)


def _minimum_budgets(target: Target, call: Call) -> dict[str, Any]:
    """One row per currency, not only the account's (reference 6.2)."""

    def row(market: Market) -> dict[str, Any]:
        least = minimum_daily(market)
        return {
            "currency": market.currency, "min_daily_budget_imp": least, "min_daily_budget_high_freq": 5 * least,
            "min_daily_budget_low_freq": 40 * least, "min_daily_budget_video_views": least,
        }  # fmt: skip

    return page(call, list({market.currency: market for market in MARKETS}.values()), row)


def _list(target: Target, found: Sequence[Target], call: Call) -> dict[str, Any]:
    """A page of nodes of any kind, `id` only where no fields are asked for."""
    wanted = parse(call.text("fields")) or (Wanted("id"),)
    return page(call, found, lambda one: render(one, wanted, call, edge))


def _rule_targets(view: View, found: Sequence[NativeRule]) -> list[Target]:
    return [Target(view, KINDS[NativeRule], rule) for rule in found]


def _governed(target: Target, call: Call) -> dict[str, Any]:
    node = target.node
    found = rules.governed(target.view, node) if isinstance(node, Campaign | AdSet | Ad) else []
    return _list(target, _rule_targets(target.view, found), call)


def _history(target: Target, call: Call) -> dict[str, Any]:
    mine = [target.node] if isinstance(target.node, NativeRule) else target.view.account.rules
    return page(call, rules.history(target.view, mine, call), lambda row: row)


def account_list(views: Sequence[View], call: Call) -> dict[str, Any]:
    """`/me/adaccounts`: the accounts that the token's user is assigned to."""
    wanted = parse(call.text("fields")) or (Wanted("id"), Wanted("account_id"))
    return page(call, views, lambda view: render(Target(view, ACCOUNT), wanted, call, edge))


# Edges that are no plain lists of children, by kind of node and name.
SPECIAL: dict[tuple[str, str], Callable[[Target, Call], dict[str, Any]]] = {
    ("AdAccount", "adspixels"): _pixels,
    ("AdAccount", "minimum_budgets"): _minimum_budgets,
    ("AdAccount", "activities"): lambda target, call: activities(target.view, call),
    ("AdAccount", "adrules_library"): lambda target, call: _list(
        target, _rule_targets(target.view, rules.library(target.view)), call
    ),
    ("AdAccount", "adrules_history"): _history,
    ("AdRule", "history"): _history,
    ("AdsPixel", "stats"): lambda target, call: stats(target.view, call),
    **{(kind, "adrules_governed"): _governed for kind in ("Campaign", "AdSet", "Ad")},
}
