"""New campaigns, ad sets, ads and creatives (reference 6.4): required parameters, defaults, Meta's refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from metaads.sandbox.graph import ad_set_rules, campaign_rules, choices, updates, values
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.creatives import made, sent, shown
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import Wish, check_parent, unfit
from metaads.sandbox.world.births import Birth, next_id
from metaads.sandbox.world.nodes import AdSet, Campaign

MOST_IN_AN_AD_SET = 50
_GONE = ("ARCHIVED", "DELETED")


@dataclass(frozen=True, slots=True)
class Order:
    """Objects to be made, and the id that the answer names (of an existing creative where nothing is to be made)."""

    id: str
    births: list[Birth] = field(default_factory=list)


def order(view: View, edge: str, call: Call) -> Order:
    """What a POST on an edge of the account makes; GraphError for what Meta refuses."""
    return _MAKERS[edge](view, call)


def _campaign(view: View, call: Call) -> Order:
    found = values.read(call, _CAMPAIGN, choices.WITHOUT_EFFECT["campaign"])
    values.required(found, "name", "objective", "special_ad_categories")
    if found.pop("buying_type", "AUCTION") != "AUCTION":
        raise invalid("Only the buying type AUCTION can be bought in the sandbox", "buying_type")
    asked = frozenset(found)
    _settle_strategy(found)
    start = found.pop("start", None) or view.now
    facts = {"created": view.now, "updated": view.now, "start": start, **found}
    wish = Wish(view, None, Campaign(id="", index=-1, **facts), asked)
    campaign_rules.check_new(wish)
    campaign_rules.check(wish, {})
    found["special_ad_categories"] = [one for one in found["special_ad_categories"] if one != "NONE"]
    return Order(next_id(view.account, "campaign"), [Birth("campaign", {**found, "start": start})])


def _settle_strategy(found: dict[str, Any]) -> None:
    """A campaign budget without a bid strategy bids automatically."""
    if found.get("daily_budget") or found.get("lifetime_budget"):
        found.setdefault("bid_strategy", "LOWEST_COST_WITHOUT_CAP")


def _ad_set(view: View, call: Call) -> Order:
    found = values.read(call, _AD_SET, choices.WITHOUT_EFFECT["adset"])
    values.required(found, "name", "campaign_id", "optimization_goal", "billing_event", "targeting")
    campaign = campaign_named(view, found.pop("campaign_id"))
    asked = frozenset(found) | {"campaign"}
    _settle_bid(campaign, found)
    promoted = found.get("promoted_object") or {}
    start = max(found.pop("start", None) or view.now, view.now)
    facts = {"start": start, "event": str(promoted.get("custom_event_type", "")), "campaign": campaign.index, **found}
    proposed = AdSet(id="", index=-1, created=view.now, updated=view.now, **facts)
    ad_set_rules.check(Wish(view, None, proposed, asked), campaign)
    return Order(next_id(view.account, "adset"), [Birth("adset", facts)])


def _settle_bid(campaign: Campaign, found: dict[str, Any]) -> None:
    """Below a campaign budget the campaign's strategy holds; a bid amount alone means a bid cap."""
    if campaign.daily_budget or campaign.lifetime_budget:
        found.setdefault("bid_strategy", campaign.bid_strategy)
    found.setdefault("bid_strategy", "LOWEST_COST_WITH_BID_CAP" if "bid_amount" in found else "LOWEST_COST_WITHOUT_CAP")


def campaign_named(view: View, campaign_id: str) -> Campaign:
    """The account's campaign with this id, else error 100."""
    owner, node = view.world.found.get(campaign_id, (None, None))
    if owner is not view.account or not isinstance(node, Campaign):
        raise invalid(f"Campaign {campaign_id} does not exist in this ad account", "campaign_id")
    return node


def ad_set_named(view: View, ad_set_id: str) -> AdSet:
    """The account's ad set with this id, else error 100."""
    owner, node = view.world.found.get(ad_set_id, (None, None))
    if owner is not view.account or not isinstance(node, AdSet):
        raise invalid(f"Ad set {ad_set_id} does not exist in this ad account", "adset_id")
    return node


def _ad(view: View, call: Call) -> Order:
    found = values.read(call, _AD, choices.WITHOUT_EFFECT["ad"])
    values.required(found, "name", "creative", "adset_id")
    ad_set = ad_set_named(view, found.pop("adset_id"))
    check_room(view, ad_set, 1)
    creative = shown(view, found.pop("creative"))
    facts = {**found, "ad_set": ad_set.index, "creative": creative.creative_id}
    return Order(next_id(view.account, "ad"), [*creative.births, Birth("ad", facts)])


def check_room(view: View, ad_set: AdSet, more: int) -> None:
    """So many more ads must fit into a living ad set of a living campaign."""
    for parent in (view.campaign_of(ad_set), ad_set):
        check_parent(parent, "adset_id")
    present = sum(1 for a in view.account.ads if a.ad_set == ad_set.index and a.status not in _GONE)
    if present + more > MOST_IN_AN_AD_SET:
        raise unfit("Too many ads", f"An ad set holds at most {MOST_IN_AN_AD_SET} ads.", "adset_id")


def _creative(view: View, call: Call) -> Order:
    found = made(view, sent(call))
    return Order(found.creative_id, found.births)


_FIRST = {"status": values.first_status}
_CAMPAIGN = {
    **updates.CAMPAIGN,
    **_FIRST,
    "objective": values.text,
    "buying_type": values.text,
    "start_time": values.moment,
    "stop_time": values.moment,
}
_AD_SET = {**updates.AD_SET, **_FIRST, "campaign_id": values.text}
_AD = {**updates.AD, **_FIRST, "adset_id": values.text}
_MAKERS: dict[str, Callable[[View, Call], Order]] = {
    "campaigns": _campaign,
    "adsets": _ad_set,
    "ads": _ad,
    "adcreatives": _creative,
}
