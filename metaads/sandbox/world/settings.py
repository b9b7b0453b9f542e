"""Turns the objects of an account into the columns that a delivery step reads."""

import numpy as np

from metaads.sandbox.world import issues, own_events
from metaads.sandbox.world.account import Account, Settings
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import AdSet, Campaign
from metaads.sandbox.world.types import Floats

FOREVER = 2**53
_DAY = 86_400
# Which metric counts as a result of the ad set's optimisation goal; purchases for every other goal.
GOALS = {
    "LEAD_GENERATION": Metric.LEADS,
    "QUALITY_LEAD": Metric.LEADS,
    "LINK_CLICKS": Metric.LINK_CLICKS,
    "LANDING_PAGE_VIEWS": Metric.LANDING_PAGE_VIEWS,
    "REACH": Metric.IMPRESSIONS,
    "IMPRESSIONS": Metric.IMPRESSIONS,
    "THRUPLAY": Metric.THRUPLAYS,
    "POST_ENGAGEMENT": Metric.ENGAGEMENT,
    "VISIT_INSTAGRAM_PROFILE": own_events.BEYOND["profile_view"],
    "APP_INSTALLS": own_events.BEYOND["mobile_app_install"],
}


def compiled(account: Account) -> Settings:
    """Columns of what people have set; kept until `forget` is called after an edit."""
    if account.settings is None:
        account.settings = _compile(account)
    return account.settings


def forget(account: Account) -> None:
    """Makes the next step read the objects again."""
    account.settings = None


def crowd(ad_set: AdSet) -> int:
    """The ad set whose people these are too: itself, unless it is a copy or was made for the same people."""
    return ad_set.index if ad_set.crowd is None else ad_set.crowd


def _compile(account: Account) -> Settings:
    campaigns, sets, ads = account.campaigns, account.ad_sets, account.ads
    campaign_on = np.array([c.status == "ACTIVE" and not issues.is_hard(c.issue) for c in campaigns], dtype=bool)
    ad_set_of = np.array([a.ad_set for a in ads], dtype=np.int64)
    campaign_of = np.array([s.campaign for s in sets], dtype=np.int64)
    set_on = np.array([s.status == "ACTIVE" and not issues.is_hard(s.issue) for s in sets], dtype=bool)
    set_on &= campaign_on[campaign_of]
    ad_on = np.array([a.status == "ACTIVE" and not a.review and not issues.is_hard(a.issue) for a in ads], dtype=bool)
    return Settings(
        ad_set_of=ad_set_of,
        campaign_of=campaign_of,
        ad_on=ad_on & set_on[ad_set_of],
        start=np.array([s.start for s in sets], dtype=np.int64),
        end=np.array([s.end or FOREVER for s in sets], dtype=np.int64),
        own=np.array([_per_day(s) * issues.share(s.issue) for s in sets], dtype=np.float64),
        own_lifetime=np.array([float(s.lifetime_budget or np.inf) for s in sets], dtype=np.float64),
        shared=_shared(campaigns, sets),
        bid=np.array([float(s.bid_amount) if s.bid_amount else np.nan for s in sets], dtype=np.float64),
        goal=np.array([_goal(s) for s in sets], dtype=np.int64),
        born=np.array([max(a.created, a.review_until) for a in ads], dtype=np.int64),
        crowd=np.array([crowd(s) for s in sets], dtype=np.int64),
        ceiling=np.array([float(s.daily_spend_cap or np.inf) for s in sets], dtype=np.float64),
        floor=np.array([float(s.daily_min_spend_target or 0) for s in sets], dtype=np.float64),
        cap=np.array([float(_cap(c)) for c in campaigns], dtype=np.float64),
    )


def _goal(ad_set: AdSet) -> Metric:
    """What counts as the ad set's result."""
    own = own_events.metric_of(ad_set.promoted_object)
    return GOALS.get(ad_set.optimization_goal, Metric.PURCHASES) if own is None else own


def _cap(campaign: Campaign) -> float:
    """Minor units that the campaign may spend over its life: the lower of its lifetime budget and its cap."""
    return min(campaign.lifetime_budget or np.inf, campaign.spend_cap or np.inf)


def _shared(campaigns: list[Campaign], sets: list[AdSet]) -> Floats:
    """Minor units a day of each campaign's own budget; a lifetime budget is spread up to its last ad set's end."""
    last: dict[int, int] = {}
    for ad_set in sets:
        if ad_set.end:
            last[ad_set.campaign] = max(last.get(ad_set.campaign, 0), ad_set.end)
    return np.array([_shared_per_day(c, last.get(c.index)) for c in campaigns], dtype=np.float64)


def _shared_per_day(campaign: Campaign, end: int | None) -> float:
    if campaign.lifetime_budget:
        return campaign.lifetime_budget / max(1.0, ((end or campaign.start + 30 * _DAY) - campaign.start) / _DAY)
    return float(campaign.daily_budget or 0)


def _per_day(ad_set: AdSet) -> float:
    """Own budget in minor units a day; a lifetime budget is spread evenly over its life."""
    if ad_set.lifetime_budget and ad_set.end:
        return ad_set.lifetime_budget / max(1.0, (ad_set.end - ad_set.start) / _DAY)
    return float(ad_set.daily_budget or 0)
