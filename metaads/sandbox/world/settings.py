"""Turns the objects of an account into the columns that a delivery step reads."""

import numpy as np

from metaads.sandbox.world.account import Account, Settings
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import AdSet

FOREVER = 2**53
# Which metric counts as a result of the ad set's optimisation goal; purchases for every other goal.
GOALS = {
    "LEAD_GENERATION": Metric.LEADS,
    "LINK_CLICKS": Metric.LINK_CLICKS,
    "LANDING_PAGE_VIEWS": Metric.LANDING_PAGE_VIEWS,
    "REACH": Metric.IMPRESSIONS,
    "THRUPLAY": Metric.THRUPLAYS,
    "POST_ENGAGEMENT": Metric.ENGAGEMENT,
}


def compiled(account: Account) -> Settings:
    """Columns of what people have set; kept until `forget` is called after an edit."""
    if account.settings is None:
        account.settings = _compile(account)
    return account.settings


def forget(account: Account) -> None:
    """Makes the next step read the objects again."""
    account.settings = None


def _compile(account: Account) -> Settings:
    campaigns, sets, ads = account.campaigns, account.ad_sets, account.ads
    campaign_on = np.array([c.status == "ACTIVE" for c in campaigns])
    ad_set_of = np.array([a.ad_set for a in ads], dtype=np.int64)
    campaign_of = np.array([s.campaign for s in sets], dtype=np.int64)
    set_on = np.array([s.status == "ACTIVE" for s in sets]) & campaign_on[campaign_of]
    ad_on = np.array([a.status == "ACTIVE" and not a.review for a in ads]) & set_on[ad_set_of]
    return Settings(
        ad_set_of=ad_set_of,
        campaign_of=campaign_of,
        ad_on=ad_on,
        start=np.array([s.start for s in sets], dtype=np.int64),
        end=np.array([s.end or FOREVER for s in sets], dtype=np.int64),
        own=np.array([_per_day(s) for s in sets]),
        own_lifetime=np.array([float(s.lifetime_budget or np.inf) for s in sets]),
        shared=np.array([float(c.daily_budget or 0) for c in campaigns]),
        bid=np.array([float(s.bid_amount) if s.bid_amount else np.nan for s in sets]),
        goal=np.array([GOALS.get(s.optimization_goal, Metric.PURCHASES) for s in sets], dtype=np.int64),
        born=np.array([a.created for a in ads], dtype=np.int64),
    )


def _per_day(ad_set: AdSet) -> float:
    """Own budget in minor units a day; a lifetime budget is spread evenly over its life."""
    if ad_set.lifetime_budget and ad_set.end:
        return ad_set.lifetime_budget / max(1.0, (ad_set.end - ad_set.start) / 86_400)
    return float(ad_set.daily_budget or 0)
