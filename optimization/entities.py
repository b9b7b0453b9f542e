"""Entities as the kinds and guard rails see them: one frozen value per campaign, ad set or ad."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from metaads.bids import ad_set_bid, campaign_bid
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from optimization.models import ACCOUNT_LEVEL


@dataclass(frozen=True)
class Entity:
    """Budgets are integers in the minor unit; None = this object carries none. Times are aware UTC.

    `bid` (see `metaads.bids`), `targeting` as Meta gives it and `special_ad_categories` are there only where they were
    asked for (`load(..., whole=True)`) and are known; a campaign has a bid only with a budget of its own. `ad_set_ids`:
    of a whole campaign.
    `ends`: of campaign and ad set, None = runs on, or not known (in a replay).
    """

    level: str
    meta_id: str
    name: str
    status: str
    effective_status: str
    campaign_id: str
    campaign_name: str
    daily_budget: int | None
    lifetime_budget: int | None
    created_time: datetime | None
    campaign_created_time: datetime | None
    learning_status: str
    parent_ids: tuple[str, ...] = ()
    home: "Entity | None" = None
    daily_min_spend_target: int | None = None
    daily_spend_cap: int | None = None
    bid: Mapping[str, Any] | None = None
    targeting: Mapping[str, Any] | None = None
    special_ad_categories: tuple[str, ...] = ()
    ad_set_ids: tuple[str, ...] = ()
    ends: datetime | None = None

    @property
    def budget_field(self) -> str | None:
        """The field that carries this object's own budget, None if it has none (Meta sends 0 for absent)."""
        if self.daily_budget:
            return "daily_budget"
        return "lifetime_budget" if self.lifetime_budget else None

    @property
    def budget_home(self) -> "Entity | None":
        """Where the budget lives: here, or on the nearest parent that carries one (ABO: ad set, CBO: campaign)."""
        return self if self.budget_field else self.home

    def value_of(self, field: str) -> Any:
        """Present value of a status, budget, limit, `bid` or `targeting` in the mirror; None = unknown, or none."""
        values: dict[str, Any] = {
            "status": self.status,
            "daily_budget": self.daily_budget,
            "lifetime_budget": self.lifetime_budget,
            "daily_min_spend_target": self.daily_min_spend_target,
            "daily_spend_cap": self.daily_spend_cap,
            "bid": self.bid,
            "targeting": self.targeting,
        }
        return values[field]


_AD = ("meta_id", "name", "status", "effective_status", "created_time")
_CAMPAIGN = (*_AD, "daily_budget", "lifetime_budget", "stop_time")
_AD_SET = (*_CAMPAIGN, "learning_status", "daily_min_spend_target", "daily_spend_cap")
Row = tuple[Any, ...]


def _campaign(row: Row) -> Entity:
    meta_id, name, status, effective_status, created, daily_budget, lifetime_budget, ends = row
    return Entity(
        level=Level.CAMPAIGN,
        meta_id=meta_id,
        name=name,
        status=status,
        effective_status=effective_status,
        campaign_id=meta_id,
        campaign_name=name,
        daily_budget=daily_budget,
        lifetime_budget=lifetime_budget,
        created_time=created,
        campaign_created_time=created,
        learning_status="",
        ends=ends,
    )


def _ad_set(row: Row, campaign: Entity) -> Entity:
    meta_id, name, status, effective_status, created, daily_budget, lifetime_budget, ends, learning, least, most = row
    return Entity(
        level=Level.AD_SET,
        meta_id=meta_id,
        name=name,
        status=status,
        effective_status=effective_status,
        campaign_id=campaign.meta_id,
        campaign_name=campaign.name,
        daily_budget=daily_budget,
        lifetime_budget=lifetime_budget,
        created_time=created,
        campaign_created_time=campaign.created_time,
        learning_status=learning,
        parent_ids=(campaign.meta_id,),
        home=campaign if campaign.budget_field else None,
        daily_min_spend_target=least,
        daily_spend_cap=most,
        ends=ends,
    )


def _ad(row: Row, ad_set: Entity) -> Entity:
    meta_id, name, status, effective_status, created = row
    return Entity(
        level=Level.AD,
        meta_id=meta_id,
        name=name,
        status=status,
        effective_status=effective_status,
        campaign_id=ad_set.campaign_id,
        campaign_name=ad_set.campaign_name,
        daily_budget=None,
        lifetime_budget=None,
        created_time=created,
        campaign_created_time=ad_set.campaign_created_time,
        learning_status=ad_set.learning_status,
        parent_ids=(ad_set.meta_id, ad_set.campaign_id),
        home=ad_set.budget_home,
    )


def account_entity(account: AdAccount, meta_id: str = "") -> Entity:
    """The ad account itself, for what concerns all of it: what is created, money moved between campaigns.

    `meta_id`: "<account>:<part>", the place of a part of the account that has creations of its own, such as a goal.
    """
    return Entity(
        level=ACCOUNT_LEVEL,
        meta_id=meta_id or account.meta_id,
        name=account.name,
        status="ACTIVE",
        effective_status="ACTIVE",
        campaign_id="",
        campaign_name="",
        daily_budget=None,
        lifetime_budget=None,
        created_time=None,
        campaign_created_time=None,
        learning_status="",
    )


WHOLE_FIELDS = frozenset({"bid", "targeting"})
"""What only `whole` entities know of themselves."""


def load(account: AdAccount, level: str, ids: Iterable[str], whole: bool = False) -> dict[str, Entity]:
    """Entities of one level by Meta id; those that vanished at Meta are left out. One query, a parent is made once.

    `whole`: with bid and targeting, which are large: one more query for ad sets, two for campaigns.
    """
    if level == ACCOUNT_LEVEL:
        mine = (one for one in ids if one.partition(":")[0] == account.meta_id)
        return {one: account_entity(account, one) for one in mine}
    found = _load(level, {"account": account, "meta_id__in": list(ids)})
    fill = _FILLING.get(level)
    return fill(account, found) if whole and found and fill else found


BELOW: dict[str, tuple[str, str]] = {
    ACCOUNT_LEVEL: (Level.CAMPAIGN, "account__meta_id__in"),
    Level.CAMPAIGN: (Level.AD_SET, "campaign__meta_id__in"),
    Level.AD_SET: (Level.AD, "ad_set__meta_id__in"),
}
"""What stands below a level, and the filter that finds it by the parents' ids."""


def load_below(account: AdAccount, level: str, parents: Iterable[str]) -> list[Entity]:
    """All that stands directly below these objects of one level, in the order of their ids. Archived and deleted ones
    are left out. One query."""
    if level not in BELOW:
        return []
    below, where = BELOW[level]
    found = _load(below, {"account": account, where: list(parents)})
    return [found[meta_id] for meta_id in sorted(found) if found[meta_id].status not in GONE]


GONE = frozenset({"ARCHIVED", "DELETED"})


def _load(level: str, where: dict[str, Any]) -> dict[str, Entity]:
    where = {**where, "deleted_at__isnull": True}
    campaigns: dict[str, Entity] = {}
    ad_sets: dict[str, Entity] = {}

    def campaign(row: Row) -> Entity:
        return campaigns.get(row[0]) or campaigns.setdefault(row[0], _campaign(row))

    def ad_set(row: Row) -> Entity:
        own, above = row[: len(_AD_SET)], row[len(_AD_SET) :]
        return ad_sets.get(row[0]) or ad_sets.setdefault(row[0], _ad_set(own, campaign(above)))

    if level == Level.CAMPAIGN:
        found: Iterable[Entity] = map(campaign, Campaign.objects.filter(**where).values_list(*_CAMPAIGN))
    elif level == Level.AD_SET:
        columns = (*_AD_SET, *_above("campaign", _CAMPAIGN))
        found = map(ad_set, AdSet.objects.filter(**where).values_list(*columns))
    else:
        columns = (*_AD, *_above("ad_set", _AD_SET), *_above("ad_set__campaign", _CAMPAIGN))
        rows = Ad.objects.filter(**where).values_list(*columns)
        found = (_ad(row[: len(_AD)], ad_set(row[len(_AD) :])) for row in rows)
    return {entity.meta_id: entity for entity in found}


def _above(relation: str, columns: Iterable[str]) -> list[str]:
    return [f"{relation}__{column}" for column in columns]


def _whole_ad_sets(account: AdAccount, found: Mapping[str, Entity]) -> dict[str, Entity]:
    columns = ("bid_strategy", "bid_amount", "bid_constraints", "targeting", "campaign__special_ad_categories")
    rows = AdSet.objects.filter(account=account, meta_id__in=found).values_list("meta_id", *columns)
    return {
        meta_id: replace(
            found[meta_id],
            bid=ad_set_bid(strategy, amount, constraints),
            targeting=targeting or None,
            special_ad_categories=tuple(categories or ()),
        )
        for meta_id, strategy, amount, constraints, targeting, categories in rows
    }


def _whole_campaigns(account: AdAccount, found: Mapping[str, Entity]) -> dict[str, Entity]:
    """The bid of those with a budget of their own: without one each ad set has its own strategy."""
    rows = Campaign.objects.filter(account=account, meta_id__in=found).values_list("meta_id", "bid_strategy")
    amounts: dict[str, dict[str, int | None]] = {meta_id: {} for meta_id in found}
    below = AdSet.objects.filter(account=account, campaign__meta_id__in=found, deleted_at__isnull=True)
    for campaign_id, meta_id, amount in below.values_list("campaign__meta_id", "meta_id", "bid_amount"):
        amounts[campaign_id][meta_id] = amount
    whole: dict[str, Entity] = {}
    for meta_id, strategy in rows:
        bid = campaign_bid(strategy, amounts[meta_id]) if found[meta_id].budget_field else None
        whole[meta_id] = replace(found[meta_id], bid=bid, ad_set_ids=tuple(sorted(amounts[meta_id])))
    return whole


_FILLING: dict[str, Callable[[AdAccount, Mapping[str, Entity]], dict[str, Entity]]] = {
    Level.CAMPAIGN: _whole_campaigns,
    Level.AD_SET: _whole_ad_sets,
}


def load_one(account: AdAccount, level: str, meta_id: str, field: str = "") -> Entity | None:
    """One entity from the mirror, None if it vanished. `field`: what will be asked of it, that it may be loaded."""
    return load(account, level, [meta_id], field in WHOLE_FIELDS).get(meta_id)
