"""A small shop's account for the pages of figures: three campaigns with ad sets and ads, 20 days of readings.

A day of Alpha: 100.00 spent, 5 purchases worth 300.00. Beta: 50.00 and nothing bought. Gamma is paused and never ran.
Alpha's figures doubled 7 days ago. Today is half over.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from intelligence.metrics.windows import day_end, local_day
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory, CreativeFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PURCHASE = "offsite_conversion.fb_pixel_purchase"
DAYS = 20


@dataclass(frozen=True)
class Shop:
    account: AdAccount
    alpha: Campaign
    beta: Campaign
    gamma: Campaign
    ad_set: AdSet
    ad: Ad


def day_of(spend: float, purchases: float, value: float) -> dict[str, float]:
    return {
        "impressions": spend * 100,
        "reach": spend * 80,
        "clicks": spend * 2,
        "inline_link_clicks": spend,
        "spend": spend,
        "thruplays": 0.0,
        f"actions.{PURCHASE}": purchases,
        f"action_values.{PURCHASE}": value,
    }


def _family(account: AdAccount, name: str, status: str = "ACTIVE") -> tuple[Campaign, AdSet, Ad]:
    state = {"status": status, "effective_status": status}
    campaign = CampaignFactory.create(account=account, name=name, **state)
    ad_set = AdSetFactory.create(campaign=campaign, name=f"{name} set", learning_status="SUCCESS", **state)
    creative = CreativeFactory.create(account=account, name=f"{name} picture")
    return campaign, ad_set, AdFactory.create(ad_set=ad_set, creative=creative, name=f"{name} ad", **state)


def open_shop(account: AdAccount) -> Shop:
    alpha, beta, gamma = (
        _family(account, name, status)
        for name, status in (("Alpha", "ACTIVE"), ("Beta", "ACTIVE"), ("Gamma", "PAUSED"))
    )
    today = local_day(NOW, account.zone)
    for ago in range(DAYS):
        day = today - timedelta(days=ago)
        grown = 1.0 if ago <= 7 else 0.5
        alphas = day_of(100 * grown, 5 * grown, 300 * grown)
        betas = day_of(50.0, 0.0, 0.0)
        read_at = min(day_end(day, account.zone) + timedelta(hours=2), NOW - timedelta(minutes=5))
        for i, level in enumerate((Level.CAMPAIGN, Level.AD_SET, Level.AD)):
            rows = {alpha[i].meta_id: alphas, beta[i].meta_id: betas}
            reading(account, level, day, read_at, rows)
    return Shop(account, alpha[0], beta[0], gamma[0], alpha[1], alpha[2])
