"""Edges: the lists below a node (reference 2.3, 3.2)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from metaads.sandbox.graph import filtering
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import unknown_field
from metaads.sandbox.graph.insights import insights
from metaads.sandbox.graph.paging import page
from metaads.sandbox.graph.render import ACCOUNT, KINDS, PIXEL, Target, render
from metaads.sandbox.graph.selection import Wanted, parse
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import MARKETS, Market
from metaads.sandbox.world.world import Write

Below = Campaign | AdSet | Ad
_HIDDEN = frozenset({"ARCHIVED", "DELETED"})
_NAMES = {
    "id": "id",
    "name": "name",
    "effective_status": "effective_status",
    "status": "status",
    "updated_time": "updated_time",
}
_ACTIVITY = {
    ("campaign", "status"): "update_campaign_run_status",
    ("campaign", "daily_budget"): "update_campaign_budget",
    ("campaign", "lifetime_budget"): "update_campaign_budget",
    ("campaign", "name"): "update_campaign_name",
    ("adset", "status"): "update_ad_set_run_status",
    ("adset", "daily_budget"): "update_ad_set_budget",
    ("adset", "lifetime_budget"): "update_ad_set_budget",
    ("adset", "bid_amount"): "update_ad_set_bidding",
    ("adset", "bid_strategy"): "update_ad_set_bid_strategy",
    ("adset", "name"): "update_ad_set_name",
    ("ad", "status"): "update_ad_run_status",
    ("ad", "name"): "update_ad_friendly_name",
}


def edge(target: Target, name: str, call: Call) -> dict[str, Any]:
    """One page of an edge; an edge that the node does not have is error 100."""
    if name == "insights" and not isinstance(target.node, Creative) and target.kind is not PIXEL:
        return insights(target.view, target.node, call)
    special = _SPECIAL.get(name)
    if special is not None and target.kind is ACCOUNT:
        return special(target.view, call)
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
            "adcreatives": account.creatives,
        }
        return lists.get(name)
    if isinstance(node, Campaign) and name == "adsets":
        return target.view.members(node)
    if isinstance(node, Campaign) and name == "ads":
        return [a for a in account.ads if target.view.set_of(a).campaign == node.index]
    if isinstance(node, AdSet) and name == "ads":
        return [a for a in account.ads if a.ad_set == node.index]
    if isinstance(node, AdSet | Ad) and name == "adcreatives":
        return [account.creatives[a.index] for a in account.ads if a is node or a.ad_set == getattr(node, "index", -1)]
    return None


def _objects(view: View, found: Sequence[Below | Creative], call: Call) -> dict[str, Any]:
    wanted = parse(call.text("fields")) or (Wanted("id"),)
    statuses = frozenset(call.words("effective_status")) or _asked_statuses(call)
    tests = filtering.tests(call.json("filtering"), _filter_names(found))
    since = call.number("updated_since", 0)
    kept: list[Below | Creative] = []
    for node in found:
        if isinstance(node, Creative) or _visible(view, node, statuses, since, tests):
            kept.append(node)
    return page(call, kept, lambda node: render(Target(view, KINDS[type(node)], node), wanted, call, edge))


def _visible(view: View, node: Below, statuses: frozenset[str], since: int, tests: list[filtering.Test]) -> bool:
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


def _pixels(view: View, call: Call) -> dict[str, Any]:
    wanted = parse(call.text("fields")) or (Wanted("id"),)
    return page(call, [Target(view, PIXEL)], lambda one: render(one, wanted, call, edge))


def _minimum_budgets(view: View, call: Call) -> dict[str, Any]:
    """One row per currency, not only the account's (reference 6.2)."""

    def row(market: Market) -> dict[str, Any]:
        least = minimum_daily(market)
        return {
            "currency": market.currency, "min_daily_budget_imp": least, "min_daily_budget_high_freq": 5 * least,
            "min_daily_budget_low_freq": 40 * least, "min_daily_budget_video_views": least,
        }  # fmt: skip

    return page(call, MARKETS, row)


def _activities(view: View, call: Call) -> dict[str, Any]:
    """The account's change history, newest first; seven days back unless `since` says otherwise."""
    since, until = call.number("since", view.now - 7 * 86_400), call.number("until", view.now)
    mine = [w for w in view.world.writes if w.account == view.account.id and w.effect and since <= w.at <= until]
    wish = call.text("oid")
    rows = [(w, name) for w in reversed(mine) for name in w.after if not wish or w.object_id == wish]
    wanted = call.words("fields") or ["event_time", "event_type", "object_id", "object_name", "extra_data"]
    return page(call, rows, lambda row: {k: v for k, v in _activity(view, *row).items() if k in wanted})


def _activity(view: View, write: Write, name: str) -> dict[str, Any]:
    node = view.world.found[write.object_id][1]
    return {
        "event_time": view.time(write.at),
        "event_type": _ACTIVITY.get((write.kind, name), f"update_{write.kind}"),
        "actor_id": "122000000000001",
        "actor_name": "Campaign Intelligence system user",
        "application_id": "900000000000001",
        "application_name": "Sandbox app",
        "object_id": write.object_id,
        "object_name": node.name,
        "object_type": write.kind.upper(),
        "extra_data": json.dumps({"old_value": write.before[name], "new_value": write.after[name]}),
    }


def account_list(views: Sequence[View], call: Call) -> dict[str, Any]:
    """`/me/adaccounts`: the accounts that the token's user is assigned to."""
    wanted = parse(call.text("fields")) or (Wanted("id"), Wanted("account_id"))
    return page(call, views, lambda view: render(Target(view, ACCOUNT), wanted, call, edge))


_SPECIAL: dict[str, Callable[[View, Call], dict[str, Any]]] = {
    "adspixels": _pixels,
    "minimum_budgets": _minimum_budgets,
    "activities": _activities,
}
