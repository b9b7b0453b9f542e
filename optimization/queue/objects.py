"""What the rails ask of the objects around an entity: budgets that are switched on, siblings, learning, caps.

Each answer costs one query for the whole account, and only if somebody asks.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Aggregate, Count, Max, Sum

from metaads.models import AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared
from optimization.entities import Entity
from optimization.guards.learning_phase import LEARNING
from optimization.models import Action, Source

ON = "ACTIVE"
NO_CAP = 922_337_203_685_478
"""Meta's word for a campaign without a spend cap (reference 6.2)."""
BILLED = {"IMPRESSIONS": "imp", "CLICKS": "high_freq", "LINK_CLICKS": "high_freq", "PAGE_LIKES": "high_freq",
          "APP_INSTALLS": "low_freq", "OFFER_CLAIMS": "low_freq", "VIDEO_VIEWS": "video_views",
          "THRUPLAY": "video_views"}  # fmt: skip
"""Billing event -> which of Meta's least budgets holds (reference 6.2)."""


@dataclass(frozen=True)
class CampaignRow:
    objective: str
    status: str
    daily_budget: int | None
    lifetime_budget: int | None
    remaining: int | None
    spend_cap: int | None
    stop_time: datetime | None


@dataclass(frozen=True)
class LifetimeRow:
    """An object with a lifetime budget. `left` of it; all of it where Meta has not told."""

    campaign_id: str
    left: int
    stop_time: datetime | None
    on: bool


def days_until(stop: datetime | None, now: datetime) -> float | None:
    """Days over which a lifetime budget is still spread, at least one; None = no end is known."""
    return None if stop is None else max((stop - now).total_seconds() / 86_400, 1.0)


def _left(budget: int, remaining: int | None) -> int:
    return budget if remaining is None else max(remaining, 0)


_CAMPAIGNS = Prepared(
    lambda account: Campaign.objects.filter(account_id=account, deleted_at__isnull=True).values_list(
        "meta_id", "objective", "status", "daily_budget", "lifetime_budget", "budget_remaining", "spend_cap",
        "stop_time",
    )
)  # fmt: skip


class Objects:
    """As the mirror shows them now. Money in the minor unit, None = unknown."""

    def __init__(self, account: AdAccount, now: datetime, spent: Callable[[str], int | None]) -> None:
        """`spent`: what a campaign spent in all its life."""
        self.account, self.now, self._spent = account, now, spent

    @cached_property
    def campaigns(self) -> Mapping[str, CampaignRow]:
        return {row[0]: CampaignRow(*row[1:]) for row in _CAMPAIGNS(self.account.pk)}

    @property
    def _running(self) -> Any:
        """Ad sets that are switched on, in campaigns that are."""
        return AdSet.objects.filter(
            account=self.account, deleted_at__isnull=True, status=ON, campaign__status=ON, campaign__deleted_at=None
        )

    @cached_property
    def _siblings(self) -> Mapping[str, int]:
        rows = self._running.values("campaign__meta_id").annotate(n=Count("pk"))
        return {row["campaign__meta_id"]: row["n"] for row in rows}

    @cached_property
    def _learning(self) -> Mapping[str, int]:
        """Ad sets in the learning phase, by campaign."""
        rows = AdSet.objects.filter(account=self.account, learning_status=LEARNING, effective_status=ON)
        return Counter(rows.filter(deleted_at__isnull=True).values_list("campaign__meta_id", flat=True))

    @cached_property
    def _below(self) -> Mapping[str, int]:
        """Daily budgets of the ad sets that are switched on, by campaign, whether that is on or not."""
        return self._of_campaigns(Sum("daily_budget"))

    @cached_property
    def _most_below(self) -> Mapping[str, int]:
        """The largest of them."""
        return self._of_campaigns(Max("daily_budget"))

    def _of_campaigns(self, daily: Aggregate) -> Mapping[str, int]:
        """What has ended spends nothing more, whatever its status."""
        rows = AdSet.objects.filter(account=self.account, deleted_at__isnull=True, status=ON, daily_budget__gt=0)
        rows = rows.exclude(stop_time__lte=self.now)
        return dict(rows.values_list("campaign__meta_id").annotate(n=daily))

    @cached_property
    def _lifetimes(self) -> Mapping[str, LifetimeRow]:
        """Ad sets and campaigns with a lifetime budget, by id."""
        found = {
            key: LifetimeRow(key, _left(row.lifetime_budget, row.remaining), row.stop_time, row.status == ON)
            for key, row in self.campaigns.items()
            if row.lifetime_budget
        }
        rows = AdSet.objects.filter(account=self.account, deleted_at__isnull=True, lifetime_budget__gt=0)
        for key, campaign_id, budget, remaining, stop, status in rows.values_list(
            "meta_id", "campaign__meta_id", "lifetime_budget", "budget_remaining", "stop_time", "status"
        ):
            found[key] = LifetimeRow(campaign_id, _left(budget or 0, remaining), stop, status == ON)
        return found

    @cached_property
    def _billing(self) -> Mapping[str, str]:
        rows = AdSet.objects.filter(account=self.account, deleted_at__isnull=True).exclude(billing_event="IMPRESSIONS")
        return dict(rows.values_list("meta_id", "billing_event"))

    @cached_property
    def made_for_goals(self) -> frozenset[str]:
        """Campaigns that the orchestrator made."""
        rows = Action.objects.filter(account=self.account, source=Source.ORCHESTRATOR, executed_at__isnull=False)
        made = rows.exclude(made=[]).values_list("made", flat=True)
        return frozenset(str(one["id"]) for held in made for one in held if one.get("level") == Level.CAMPAIGN)

    def objective(self, campaign_id: str) -> str:
        found = self.campaigns.get(campaign_id)
        return found.objective if found else ""

    def siblings(self, campaign_id: str) -> int:
        """Ad sets of the campaign that run."""
        return self._siblings.get(campaign_id, 0)

    def learning(self, entity: Entity) -> str:
        """Meta's word of its ad set; of a campaign LEARNING if any of its ad sets is."""
        if entity.level == Level.CAMPAIGN:
            return LEARNING if self._learning.get(entity.meta_id) else ""
        return entity.learning_status if entity.effective_status == ON or entity.level == Level.AD else ""

    def days_left(self, entity: Entity) -> float | None:
        row = self._lifetimes.get(entity.meta_id)
        return None if row is None else days_until(row.stop_time, self.now)

    def _a_day(self, row: LifetimeRow) -> int | None:
        days = days_until(row.stop_time, self.now)
        return None if days is None else 0 if self._ended(row.stop_time) else round(row.left / days)

    def _ended(self, stop: datetime | None) -> bool:
        return stop is not None and stop <= self.now

    def idle(self, entity: Entity) -> int | None:
        """What it adds to what may be spent a day when it is switched on; an ad adds nothing to its ad set's budget."""
        if entity.level == Level.AD:
            return 0
        if entity.daily_budget:
            return entity.daily_budget
        if entity.lifetime_budget:
            row = self._lifetimes.get(entity.meta_id)
            return None if row is None else self._a_day(row)
        return self._under(entity.meta_id) if entity.level == Level.CAMPAIGN else 0

    def largest(self, entity: Entity) -> int | None:
        """The largest single budget that comes on with it: of a campaign without one, that of its ad sets."""
        if entity.level != Level.CAMPAIGN or entity.budget_field:
            return self.idle(entity)
        spread = self._spread_under(entity.meta_id)
        known = [one for one in spread if one is not None]
        return None if len(known) < len(spread) else max([self._most_below.get(entity.meta_id, 0), *known])

    def _spread_under(self, campaign_id: str) -> list[int | None]:
        """Lifetime budgets of its ad sets that are on, over their days."""
        rows = (row for key, row in self._lifetimes.items() if row.on and row.campaign_id == campaign_id != key)
        return [self._a_day(row) for row in rows]

    def _under(self, campaign_id: str) -> int | None:
        """Daily budgets of its own ad sets, lifetime ones spread over their days."""
        spread = self._spread_under(campaign_id)
        known = [one for one in spread if one is not None]
        return None if len(known) < len(spread) else self._below.get(campaign_id, 0) + sum(known)

    def in_campaign(self, campaign_id: str) -> int | None:
        """Daily budgets inside a campaign that are switched on; its own, where it carries one."""
        row = self.campaigns.get(campaign_id)
        if row is None:
            return None
        if self._ended(row.stop_time):
            return 0
        if row.daily_budget:
            return row.daily_budget
        if row.lifetime_budget:
            return self._a_day(self._lifetimes[campaign_id])
        return self._under(campaign_id)

    @cached_property
    def in_account(self) -> int | None:
        """Daily budgets in the account that are switched on."""
        held = [self.in_campaign(key) for key, row in self.campaigns.items() if row.status == ON]
        known = [one for one in held if one is not None]
        return sum(known) if len(known) == len(held) else None

    def least_budget(self, entity: Entity) -> int | None:
        """Meta's least daily budget for it; None = Meta has not told."""
        told = self.account.minimum_budgets
        name = BILLED.get(self._billing.get(entity.meta_id, "IMPRESSIONS"), "imp") if told else ""
        found = told.get(name, self.account.min_daily_budget) if told else self.account.min_daily_budget
        return None if found is None else int(found)

    @cached_property
    def _account_exhausted(self) -> str:
        cap, spent = self.account.spend_cap, self.account.amount_spent
        if not cap or cap >= NO_CAP:
            return ""
        if spent is None:
            return "How much of the account's spending limit is left is unknown."
        return "The account's spending limit is used up." if spent >= cap else ""

    def exhausted(self, campaign_id: str) -> str:
        """What above it is used up, in a sentence; empty = nothing."""
        row = self.campaigns.get(campaign_id)
        if self._account_exhausted or row is None:
            return self._account_exhausted
        if row.lifetime_budget and row.remaining is not None and row.remaining <= 0:
            return "The campaign's budget is used up."
        if not row.spend_cap or row.spend_cap >= NO_CAP:
            return ""
        spent = self._spent(campaign_id)
        if spent is None:
            return "How much of the campaign's spend cap is left is unknown."
        return "The campaign's spend cap is used up." if spent >= row.spend_cap else ""
