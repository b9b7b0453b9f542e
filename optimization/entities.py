"""Entities as the kinds and guard rails see them: one frozen value per campaign, ad set or ad."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level


@dataclass(frozen=True)
class Entity:
    """Budgets are integers in the minor unit; None = this object carries none. Times are aware UTC."""

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

    def value_of(self, field: str) -> int | str | None:
        """Present value of `status`, `daily_budget` or `lifetime_budget` in the mirror."""
        values: dict[str, int | str | None] = {
            "status": self.status,
            "daily_budget": self.daily_budget,
            "lifetime_budget": self.lifetime_budget,
        }
        return values[field]


_AD = ("meta_id", "name", "status", "effective_status", "created_time")
_CAMPAIGN = (*_AD, "daily_budget", "lifetime_budget")
_AD_SET = (*_CAMPAIGN, "learning_status")
Row = tuple[Any, ...]


def _campaign(row: Row) -> Entity:
    meta_id, name, status, effective_status, created, daily_budget, lifetime_budget = row
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
    )


def _ad_set(row: Row, campaign: Entity) -> Entity:
    meta_id, name, status, effective_status, created, daily_budget, lifetime_budget, learning = row
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


def load(account: AdAccount, level: str, ids: Iterable[str]) -> dict[str, Entity]:
    """Entities of one level by Meta id; those that vanished at Meta are left out. One query, a parent is made once."""
    where = {"account": account, "meta_id__in": list(ids), "deleted_at__isnull": True}
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


def load_one(account: AdAccount, level: str, meta_id: str) -> Entity | None:
    """One entity from the mirror, None if it vanished."""
    return load(account, level, [meta_id]).get(meta_id)
