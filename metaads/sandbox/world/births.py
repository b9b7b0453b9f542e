"""New objects: campaigns, ad sets, ads and creatives that calls create or copy, with their place in the simulation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from metaads.sandbox.world import edits, growth, heredity, learning, reviews, settings
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative, Node, object_id

_BUSY_SECONDS = 20
_WITHOUT_LEARNING = frozenset({"REACH", "IMPRESSIONS"})


@dataclass(frozen=True, slots=True)
class Birth:
    """One new object. `kind`: campaign, adset, ad or creative; `values`: its attributes as in `nodes`, plain JSON."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)


def next_id(account: Account, kind: str, ahead: int = 0) -> str:
    """The id that the next object of a kind will get, or the one `ahead` places after it."""
    return object_id(kind, account.number, len(_LISTS[kind](account)) + ahead)


def bear(account: Account, seed: int, births: list[Birth], at: int) -> list[Node | Creative]:
    """Makes them all at Unix second `at`, in the given order; parents come before children."""
    born = [_BEARERS[birth.kind](account, seed, birth.values, at) for birth in births]
    settings.forget(account)
    account.tables.clear()
    return born


def _campaign(account: Account, seed: int, values: dict[str, Any], at: int) -> Campaign:
    index = len(account.campaigns)
    facts = {"created": at, "updated": at, "start": at, "busy_until": at + _BUSY_SECONDS, **values}
    campaign = Campaign(id=object_id("campaign", account.number, index), index=index, **facts)
    account.campaigns.append(campaign)
    growth.another_campaign(account)
    return campaign


def _ad_set(account: Account, seed: int, values: dict[str, Any], at: int) -> AdSet:
    index = len(account.ad_sets)
    facts = {"created": at, "updated": at, "start": at, "busy_until": at + _BUSY_SECONDS, **values}
    ad_set = AdSet(id=object_id("adset", account.number, index), index=index, **facts)
    ad_set.crowd = _crowd(account, ad_set)
    ad_set.paused_at = None if ad_set.status == "ACTIVE" else at
    account.ad_sets.append(ad_set)
    growth.lengthen(account.truth, "ad set", heredity.set_truth(account, seed, ad_set))
    state = learning.NONE if ad_set.optimization_goal in _WITHOUT_LEARNING else learning.LEARNING
    growth.lengthen(account.live, "ad set", {"learning": state, "since": at})
    return ad_set


def _crowd(account: Account, ad_set: AdSet) -> int:
    """The ad set whose people it shares: its source's, or those of one made before for the same people."""
    if ad_set.source is not None:
        return settings.crowd(account.ad_sets[ad_set.source])
    made = (s for s in account.ad_sets if s.busy_until and s.targeting == ad_set.targeting)
    return next((settings.crowd(s) for s in made), ad_set.index)


def _ad(account: Account, seed: int, values: dict[str, Any], at: int) -> Ad:
    index = len(account.ads)
    ad = Ad(**{"id": object_id("ad", account.number, index), "index": index, "created": at, "updated": at, **values})
    account.ads.append(ad)
    reviews.begin(account, seed, ad, at)
    growth.another_ad(account)
    growth.lengthen(account.truth, "ad", heredity.ad_truth(account, seed, ad))
    growth.lengthen(account.live, "ad", {"exposure": _seen_before(account, ad)})
    if ad.status == "ACTIVE":
        edits.restart(account, [ad.ad_set], at)
    return ad


def _seen_before(account: Account, ad: Ad) -> float:
    """Exposures per person that the audience has had to this creative in other ads: a copy does not look new."""
    crowd = account.ad_sets[ad.ad_set].crowd
    known = [
        float(account.live.exposure[a.index])
        for a in account.ads[:-1]
        if a.creative == ad.creative and account.ad_sets[a.ad_set].crowd == crowd
    ]
    return max(known, default=0.0)


def _creative(account: Account, seed: int, values: dict[str, Any], at: int) -> Creative:
    index = len(account.creatives)
    creative = Creative(id=object_id("creative", account.number, index), index=index, **values)
    account.creatives.append(creative)
    account.creative_at[creative.id] = index
    return creative


_Bearer = Callable[[Account, int, dict[str, Any], int], Node | Creative]
_BEARERS: dict[str, _Bearer] = {"campaign": _campaign, "adset": _ad_set, "ad": _ad, "creative": _creative}
_LISTS: dict[str, Callable[[Account], list[Any]]] = {
    "campaign": lambda a: a.campaigns,
    "adset": lambda a: a.ad_sets,
    "ad": lambda a: a.ads,
    "creative": lambda a: a.creatives,
}
