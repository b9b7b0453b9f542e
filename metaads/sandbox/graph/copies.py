"""Copies of ads, ad sets and campaigns (reference 6.3): what they take over, names, status, and how much at once."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from metaads.sandbox.graph import ad_set_rules, budget_rules, choices, creates, values
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.creatives import content_of, made
from metaads.sandbox.graph.errors import invalid, refused
from metaads.sandbox.graph.values import Reader
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import check_parent, unfit
from metaads.sandbox.world.births import Birth, next_id
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign

MOST_ADS = 3
MOST_ADS_LATER = 51
_SUFFIX = " - Copy"
_GONE = ("ARCHIVED", "DELETED")
# What belongs to one object and not to its copy.
_OWN = frozenset(
    {"id", "index", "created", "updated", "budget_changes", "paused_at", "busy_until", "issue", "crowd", "review"}
    | {"review_until", "source", "campaign", "ad_set", "status", "name", "stop"}
)


@dataclass(slots=True)
class Plan:
    """A copy being put together: the births so far, and the rows of `ad_object_ids`."""

    view: View
    asked: dict[str, Any]
    births: list[Birth] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)

    def add(self, kind: str, source: Campaign | AdSet | Ad, links: dict[str, Any]) -> int:
        """Notes the copy of an object; its index."""
        ahead = sum(1 for birth in self.births if birth.kind == kind)
        new_id = next_id(self.view.account, kind, ahead)
        top = not self.rows
        facts = {name: value for name, value in asdict(source).items() if name not in _OWN}
        own = {"source": source.index, "status": self._status(source.status), "name": self._name(source.name, top)}
        self.births.append(Birth(kind, {**facts, **own, **links}))
        word = {"campaign": "campaign", "adset": "ad_set", "ad": "ad"}[kind]
        self.rows.append({"ad_object_type": word, "source_id": source.id, "copied_id": new_id})
        return {"campaign": len(self.view.account.campaigns), "adset": len(self.view.account.ad_sets)}.get(
            kind, 0
        ) + ahead

    def _status(self, source: str) -> str:
        option: str = self.asked.get("status_option", "PAUSED")
        if option == "INHERITED_FROM_SOURCE":
            return "ACTIVE" if source == "ACTIVE" else "PAUSED"
        return option

    def _name(self, source: str, top: bool) -> str:
        options = self.asked.get("rename_options", {})
        strategy = options.get("rename_strategy", "ONLY_TOP_LEVEL_RENAME")
        if strategy == "NO_RENAME" or (strategy == "ONLY_TOP_LEVEL_RENAME" and not top):
            return source
        prefix, suffix = options.get("rename_prefix"), options.get("rename_suffix")
        if prefix is None and suffix is None:
            suffix = _SUFFIX
        return f"{prefix or ''}{source}{suffix or ''}"


def plan(view: View, node: Campaign | AdSet | Ad, call: Call, most: int = MOST_ADS) -> tuple[Plan, dict[str, Any]]:
    """What a POST on `copies` makes and answers. `most`: child ads at once, `MOST_ADS_LATER` in asynchronous calls."""
    if call.text("execution_options"):
        raise invalid("Param execution_options is not a valid parameter of copies", "execution_options")
    if node.status == "DELETED":
        raise refused(1_487_056, "Object is deleted", "A deleted object can't be copied.")
    if isinstance(node, Ad):
        return _ad(view, node, call)
    if isinstance(node, AdSet):
        return _ad_set(view, node, call, most)
    return _campaign(view, node, call, most)


def _ad(view: View, node: Ad, call: Call) -> tuple[Plan, dict[str, Any]]:
    made_ = Plan(view, values.read(call, _AD))
    wish = made_.asked.get("adset_id")
    ad_set = creates.ad_set_named(view, wish) if wish else view.set_of(node)
    creates.check_room(view, ad_set, 1)
    links: dict[str, Any] = {"ad_set": ad_set.index}
    changed = made_.asked.get("creative_parameters")
    if changed:
        found = made(view, {**content_of(view, view.account.creative_of(node)), **changed})
        made_.births += found.births
        links["creative"] = found.creative_id
    made_.add("ad", node, links)
    return made_, {"copied_ad_id": made_.rows[0]["copied_id"]}


def _ad_set(view: View, node: AdSet, call: Call, most: int) -> tuple[Plan, dict[str, Any]]:
    made_ = Plan(view, values.read(call, _AD_SET))
    ads = _children(view, node) if made_.asked.get("deep_copy") else []
    _check_count(len(ads), most)
    wish = made_.asked.get("campaign_id")
    campaign = creates.campaign_named(view, wish) if wish else view.campaign_of(node)
    _check_home(view, node, campaign)
    index = made_.add("adset", node, {"campaign": campaign.index, **_money(node, campaign), **_dates(made_, node)})
    _copy_ads(made_, ads, index)
    return made_, {"copied_adset_id": made_.rows[0]["copied_id"], "ad_object_ids": _with_creatives(made_, ads)}


def _campaign(view: View, node: Campaign, call: Call, most: int) -> tuple[Plan, dict[str, Any]]:
    made_ = Plan(view, values.read(call, _CAMPAIGN))
    sets = [s for s in view.members(node) if s.status not in _GONE] if made_.asked.get("deep_copy") else []
    ads = {s.index: _children(view, s) for s in sets}
    _check_count(sum(map(len, ads.values())), most)
    campaign = made_.add("campaign", node, {"start": view.now})
    for ad_set in sets:
        ad_set_rules.check_european(ad_set)
        index = made_.add("adset", ad_set, {"campaign": campaign, **_dates(made_, ad_set)})
        _copy_ads(made_, ads[ad_set.index], index)
    every = [ad for members in ads.values() for ad in members]
    return made_, {"copied_campaign_id": made_.rows[0]["copied_id"], "ad_object_ids": _with_creatives(made_, every)}


def _children(view: View, ad_set: AdSet) -> list[Ad]:
    return [a for a in view.account.ads if a.ad_set == ad_set.index and a.status not in _GONE]


def _check_count(ads: int, most: int) -> None:
    if ads > most:
        text = (
            f"The copy has {ads} ads, and one request copies at most {most}. Copy without deep_copy and then the ads "
            "one by one, or use an asynchronous request."
        )
        raise refused(1_885_194, "Copy request is too large", text, "deep_copy")


def _check_home(view: View, node: AdSet, campaign: Campaign) -> None:
    check_parent(campaign, "campaign_id")
    members = [s for s in view.members(campaign) if s.status not in _GONE]
    if len(members) >= ad_set_rules.MOST_IN_A_CAMPAIGN:
        raise unfit("Too many ad sets", "The campaign is full.", "campaign_id")
    if campaign.objective != view.campaign_of(node).objective:
        raise unfit(
            "Different objective", "An ad set can only be copied to a campaign of its objective.", "campaign_id"
        )
    if not budget_rules.is_shared(campaign) and not (node.daily_budget or node.lifetime_budget):
        text = "The campaign has no budget of its own and the ad set has none to take along."
        raise refused(1_885_621, "Ad set without budget", text, "campaign_id")
    ad_set_rules.check_european(node)


def _money(node: AdSet, campaign: Campaign) -> dict[str, Any]:
    """Budget and strategy as they fit the campaign: below a campaign budget the ad set has none of its own."""
    if budget_rules.is_shared(campaign):
        return {"daily_budget": None, "lifetime_budget": None, "bid_strategy": campaign.bid_strategy}
    return {"daily_min_spend_target": None, "daily_spend_cap": None}


def _dates(made_: Plan, node: AdSet) -> dict[str, int | None]:
    """A finished ad set starts now with its old length; others keep their end (reference 6.3)."""
    now = made_.view.now
    start = max(made_.asked.get("start") or node.start, now)
    end = node.end
    if end is not None and end <= now:
        end = start + (end - node.start)
    return {"start": start, "end": made_.asked.get("end", end)}


def _copy_ads(made_: Plan, ads: list[Ad], ad_set: int) -> None:
    for ad in ads:
        made_.add("ad", ad, {"ad_set": ad_set})


def _with_creatives(made_: Plan, ads: list[Ad]) -> list[dict[str, str]]:
    """`ad_object_ids`: each object once, and each creative, which the copies share with their sources."""
    creatives = sorted({ad.creative for ad in ads})
    return made_.rows + [
        {"ad_object_type": "unique_adcreative", "source_id": one, "copied_id": one} for one in creatives
    ]


def _rename(name: str, call: Call) -> dict[str, Any]:
    options = values.struct(name, call)
    unknown = options.keys() - {"rename_strategy", "rename_prefix", "rename_suffix"}
    if unknown or options.get("rename_strategy", "NO_RENAME") not in choices.RENAMES:
        raise invalid(f"Param rename_options is not valid: {json.dumps(options)}", name)
    return options


_COMMON: dict[str, Reader] = {"status_option": values.one_of(choices.STATUS_OPTIONS), "rename_options": _rename}
_AD: dict[str, Reader] = {**_COMMON, "adset_id": values.text, "creative_parameters": values.struct}
_DEEP: dict[str, Reader] = {
    **_COMMON, "deep_copy": values.truth, "start_time": values.moment, "end_time": values.moment,
}  # fmt: skip
_AD_SET: dict[str, Reader] = {**_DEEP, "campaign_id": values.text, "create_dco_adset": values.truth}
_CAMPAIGN: dict[str, Reader] = {
    **_DEEP,
    "parameter_overrides": values.struct,
    "migrate_to_advantage_plus": values.truth,
}
