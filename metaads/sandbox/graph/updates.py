"""Editing objects: the parameters of a POST on a node, checked as Meta checks them (reference 6.1, 6.2)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from metaads.sandbox.graph import ad_set_rules, campaign_rules, choices, values
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.creatives import Shown, shown
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.render import Target
from metaads.sandbox.graph.values import Reader
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import Wish, check_life, unfit
from metaads.sandbox.world.births import Birth
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative

# Not attributes of the campaign but messages to its ad sets.
_MOVED = ("adset_budgets", "adset_bid_amounts")


def changes(target: Target, call: Call) -> tuple[dict[str, Any], list[Birth], bool]:
    """The validated values by attribute, creatives that have to be made for them, and whether they are only checked."""
    node = target.node
    if node is None or type(node) not in _EDITORS:
        raise invalid("This object can't be edited through the sandbox")
    only_check = values.only_checked(call)
    found, births = _EDITORS[type(node)](target.view, node, call)
    return found, births, only_check


def _campaign(view: View, node: Campaign, call: Call) -> tuple[dict[str, Any], list[Birth]]:
    found = values.read(call, CAMPAIGN | _CAMPAIGN_ONLY, choices.WITHOUT_EFFECT["campaign"])
    moved = {name: found.pop(name) for name in _MOVED if name in found}
    campaign_rules.check(Wish(view, node, replace(node, **found), frozenset(found)), moved)
    return found | moved, []


def _ad_set(view: View, node: AdSet, call: Call) -> tuple[dict[str, Any], list[Birth]]:
    found = values.read(call, AD_SET, choices.WITHOUT_EFFECT["adset"])
    campaign = view.campaign_of(node)
    _imply_cap(node.bid_strategy, found)
    ad_set_rules.check(Wish(view, node, replace(node, **found), frozenset(found)), campaign)
    return found, []


def _imply_cap(strategy: str | None, found: dict[str, Any]) -> None:
    """A bid amount sent alone turns automatic bidding into a bid cap (reference 6.2: always send both)."""
    if "bid_amount" in found and "bid_strategy" not in found and strategy == "LOWEST_COST_WITHOUT_CAP":
        found["bid_strategy"] = "LOWEST_COST_WITH_BID_CAP"


def _ad(view: View, node: Ad, call: Call) -> tuple[dict[str, Any], list[Birth]]:
    found = values.read(call, AD, choices.WITHOUT_EFFECT["ad"])
    check_life(node, frozenset(found), found.get("status"))
    made = Shown("", [])
    if "creative" in found:
        made = shown(view, found["creative"])
        found["creative"] = made.creative_id
    return found, made.births


def _creative(view: View, node: Creative, call: Call) -> tuple[dict[str, Any], list[Birth]]:
    """Name and status only: other content is another creative (reference 3.7)."""
    found = values.read(call, CREATIVE, choices.WITHOUT_EFFECT["creative"])
    if node.status == "DELETED":
        raise invalid("This creative is deleted")
    if found.get("status") == "DELETED" and any(
        a.creative == node.id and a.status != "DELETED" for a in view.account.ads
    ):
        raise unfit("Creative is in use", "Delete the ads that show this creative first.", "status")
    return found, []


def _by_id(name: str, call: Call) -> dict[str, int]:
    """`[{"adset_id": …, "daily_budget": …}, …]`: minor units by ad set id."""
    rows = values.structs(name, call)
    try:
        return {str(row["adset_id"]): int(row.get("daily_budget") or row["lifetime_budget"]) for row in rows}
    except (KeyError, TypeError, ValueError):
        raise invalid(f"Param {name} must name adset_id and a budget for each", name) from None


def _bids(name: str, call: Call) -> dict[str, int]:
    """`{"<ad set>": 1500}`: minor units by ad set id."""
    try:
        return {str(key): int(value) for key, value in values.struct(name, call).items()}
    except (TypeError, ValueError):
        raise invalid(f"Param {name} must map ad set ids to amounts", name) from None


_BASIC: dict[str, Reader] = {"status": values.status, "name": values.name_of}
_BUDGETED: dict[str, Reader] = {
    **_BASIC, "daily_budget": values.money, "lifetime_budget": values.money, "bid_strategy": values.strategy,
}  # fmt: skip
CAMPAIGN: dict[str, Reader] = {
    **_BUDGETED,
    "spend_cap": values.limit,
    "is_adset_budget_sharing_enabled": values.truth,
    "special_ad_categories": values.some_of(choices.CATEGORIES),
    "special_ad_category_country": values.words,
}
_CAMPAIGN_ONLY: dict[str, Reader] = {"adset_budgets": _by_id, "adset_bid_amounts": _bids}
AD_SET: dict[str, Reader] = {
    **_BUDGETED,
    "bid_amount": values.money,
    "bid_constraints": values.struct,
    "daily_min_spend_target": values.limit,
    "daily_spend_cap": values.limit,
    "start_time": values.moment,
    "end_time": values.moment,
    "targeting": values.struct,
    "optimization_goal": values.one_of(choices.GOALS),
    "billing_event": values.one_of(choices.BILLING_EVENTS),
    "promoted_object": values.struct,
    "attribution_spec": values.structs,
    "destination_type": values.one_of(choices.DESTINATIONS),
    "dsa_payor": values.text,
    "dsa_beneficiary": values.text,
}
AD: dict[str, Reader] = {
    **_BASIC, "creative": values.struct, "conversion_domain": values.text, "tracking_specs": values.structs,
}  # fmt: skip
CREATIVE: dict[str, Reader] = {"name": values.name_of, "status": values.one_of(("ACTIVE", "DELETED"))}
_EDITORS: dict[type, Callable[[View, Any, Call], tuple[dict[str, Any], list[Birth]]]] = {
    Campaign: _campaign,
    AdSet: _ad_set,
    Ad: _ad,
    Creative: _creative,
}
