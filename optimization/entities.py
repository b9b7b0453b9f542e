"""Entities as the kinds and guard rails see them: one frozen value per campaign, ad set or ad."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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


def _campaign(row: Campaign) -> Entity:
    return Entity(
        level=Level.CAMPAIGN,
        meta_id=row.meta_id,
        name=row.name,
        status=row.status,
        effective_status=row.effective_status,
        campaign_id=row.meta_id,
        campaign_name=row.name,
        daily_budget=row.daily_budget,
        lifetime_budget=row.lifetime_budget,
        created_time=row.created_time,
        campaign_created_time=row.created_time,
        learning_status="",
    )


def _ad_set(row: AdSet) -> Entity:
    campaign = _campaign(row.campaign)
    return Entity(
        level=Level.AD_SET,
        meta_id=row.meta_id,
        name=row.name,
        status=row.status,
        effective_status=row.effective_status,
        campaign_id=campaign.meta_id,
        campaign_name=campaign.name,
        daily_budget=row.daily_budget,
        lifetime_budget=row.lifetime_budget,
        created_time=row.created_time,
        campaign_created_time=campaign.created_time,
        learning_status=row.learning_status,
        parent_ids=(campaign.meta_id,),
        home=campaign if campaign.budget_field else None,
    )


def _ad(row: Ad) -> Entity:
    ad_set = _ad_set(row.ad_set)
    return Entity(
        level=Level.AD,
        meta_id=row.meta_id,
        name=row.name,
        status=row.status,
        effective_status=row.effective_status,
        campaign_id=ad_set.campaign_id,
        campaign_name=ad_set.campaign_name,
        daily_budget=None,
        lifetime_budget=None,
        created_time=row.created_time,
        campaign_created_time=ad_set.campaign_created_time,
        learning_status=ad_set.learning_status,
        parent_ids=(ad_set.meta_id, ad_set.campaign_id),
        home=ad_set.budget_home,
    )


def load(account: AdAccount, level: str, ids: Iterable[str]) -> dict[str, Entity]:
    """Entities of one level by Meta id; those that vanished at Meta are left out. One query."""
    wanted = list(ids)
    found: list[Entity]
    if level == Level.CAMPAIGN:
        campaigns = Campaign.objects.filter(account=account, meta_id__in=wanted, deleted_at__isnull=True)
        found = [_campaign(row) for row in campaigns]
    elif level == Level.AD_SET:
        ad_sets = AdSet.objects.filter(account=account, meta_id__in=wanted, deleted_at__isnull=True)
        found = [_ad_set(row) for row in ad_sets.select_related("campaign").defer("targeting")]
    else:
        ads = Ad.objects.filter(account=account, meta_id__in=wanted, deleted_at__isnull=True)
        found = [_ad(row) for row in ads.select_related("ad_set__campaign").defer("ad_set__targeting")]
    return {entity.meta_id: entity for entity in found}


def load_one(account: AdAccount, level: str, meta_id: str) -> Entity | None:
    """One entity from the mirror, None if it vanished."""
    return load(account, level, [meta_id]).get(meta_id)
