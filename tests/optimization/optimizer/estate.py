"""A small account with tables of all levels whose ROAS is known well, for tests of the optimiser."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from intelligence.metrics.frame import Frame
from metaads.models import Ad, AdAccount, AdSet, Campaign
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory
from tests.factories.optimization import NOW, keep_frame

SPENT = 7_000.0
"""In seven days; enough that a ROAS is known well."""


@dataclass
class Estate:
    """Rows in the mirror, with what each returned per unit spent. `at`: when its tables were made."""

    account: AdAccount = field(default_factory=lambda: AdAccountFactory.create(min_daily_budget=500))
    roas: dict[str, float] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)

    def campaign(self, roas: float = 1.7, **fields: Any) -> Campaign:
        made: Campaign = CampaignFactory.create(account=self.account, **fields)
        self.roas[made.meta_id] = roas
        return made

    def ad_set(self, campaign: Campaign, roas: float, spent: float = SPENT, **fields: Any) -> AdSet:
        made: AdSet = AdSetFactory.create(campaign=campaign, **fields)
        self.roas[made.meta_id], self.spent[made.meta_id] = roas, spent
        return made

    def ad(self, ad_set: AdSet, roas: float, spent: float = SPENT) -> Ad:
        made: Ad = AdFactory.create(ad_set=ad_set)
        self.roas[made.meta_id], self.spent[made.meta_id] = roas, spent
        return made

    def frames(self, at: datetime = NOW, ages: timedelta | None = None) -> dict[str, Frame]:
        """Stored tables of each level that has rows."""
        campaigns = list(Campaign.objects.filter(account=self.account).order_by("pk"))
        sets = list(AdSet.objects.filter(account=self.account).select_related("campaign").order_by("pk"))
        below = {one.meta_id: [s for s in sets if s.campaign_id == one.pk] for one in campaigns}
        for meta_id, mine in below.items():
            self.spent.setdefault(meta_id, sum(self.spent[one.meta_id] for one in mine) or SPENT)
        ads = list(Ad.objects.filter(account=self.account).select_related("campaign", "ad_set").order_by("pk"))
        kept = {
            "campaign": self._frame("campaign", campaigns, [(one.meta_id, "") for one in campaigns], at, ages),
            "adset": self._frame("adset", sets, [(one.campaign.meta_id,) * 2 for one in sets], at, ages),
            "ad": self._frame("ad", ads, [(one.campaign.meta_id, one.ad_set.meta_id) for one in ads], at, ages),
        }
        return {level: frame for level, frame in kept.items() if frame is not None}

    def _frame(
        self, level: str, rows: list[Any], above: list[tuple[str, ...]], at: datetime, ages: timedelta | None
    ) -> Frame | None:
        if not rows:
            return None
        spend = [self.spent.get(one.meta_id, SPENT) for one in rows]
        value = [self.roas[one.meta_id] * spent for one, spent in zip(rows, spend, strict=True)]
        columns: dict[str, list[Any]] = {
            "ids": [one.meta_id for one in rows],
            "name": [one.name for one in rows],
            "status": [one.status for one in rows],
            "effective_status": [one.effective_status for one in rows],
            "campaign_id": [campaign for campaign, _ in above],
            "parent_id": [parent for _, parent in above],
            "objective": [getattr(one, "objective", "") or one.campaign.objective for one in rows],
            "daily_budget": [getattr(one, "daily_budget", None) for one in rows],
            "lifetime_budget": [getattr(one, "lifetime_budget", None) for one in rows],
            "spend_yesterday": [one / 7 for one in spend],
            "spend_3d": [one * 3 / 7 for one in spend],
            "spend_7d": spend,
            "impressions_7d": [one * 100 for one in spend],
            "frequency_7d": [1.0 for _ in rows],
            "conversions_7d": [one / 10 for one in value],
            "conversion_value_7d": value,
        }
        return keep_frame(self.account, level, columns, at, ages)
