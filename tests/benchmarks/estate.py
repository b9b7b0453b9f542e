"""A large ad account put straight into the database: structure, readings of every past day and of today."""

from datetime import UTC, datetime, timedelta

import numpy as np

from intelligence.collect.store import Slot, keep
from intelligence.models import Freshness
from intelligence.totals import Totals
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BORN = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = {Level.CAMPAIGN: 1_000_000, Level.AD_SET: 2_000_000, Level.AD: 3_000_000}


def build(campaigns: int, ad_sets: int, ads: int, days: int = 30, seed: int = 7) -> AdAccount:
    """One account with so many entities of each level and `days` complete days of readings before today."""
    account: AdAccount = AdAccountFactory.create(connected_at=NOW - timedelta(days=90))
    _structure(account, campaigns, ad_sets, ads)
    rng = np.random.default_rng(seed)
    for level, count in ((Level.CAMPAIGN, campaigns), (Level.AD_SET, ad_sets), (Level.AD, ads)):
        if count:
            _readings(account, level, count, days, rng)
    return account


def _ids(level: Level, count: int) -> list[int]:
    return list(range(FIRST[level], FIRST[level] + count))


def _structure(account: AdAccount, campaigns: int, ad_sets: int, ads: int) -> None:
    base = {
        "account": account,
        "status": "ACTIVE",
        "effective_status": "ACTIVE",
        "synced_at": NOW,
        "created_time": BORN,
    }
    made = Campaign.objects.bulk_create(
        Campaign(meta_id=str(i), name=f"Campaign {i}", objective="OUTCOME_SALES", **base)
        for i in _ids(Level.CAMPAIGN, campaigns)
    )
    sets = AdSet.objects.bulk_create(
        [
            AdSet(meta_id=str(i), name=f"Ad set {i}", campaign=made[n % campaigns], daily_budget=5000 + n % 900, **base)
            for n, i in enumerate(_ids(Level.AD_SET, ad_sets))
        ],
        batch_size=1000,
    )
    Ad.objects.bulk_create(
        [
            Ad(meta_id=str(i), name=f"Ad {i}", campaign=sets[n % ad_sets].campaign, ad_set=sets[n % ad_sets], **base)
            for n, i in enumerate(_ids(Level.AD, ads))
        ],
        batch_size=1000,
    )


def _readings(account: AdAccount, level: Level, count: int, days: int, rng: np.random.Generator) -> None:
    ids = np.array(_ids(level, count), dtype=np.int64)
    scale = rng.lognormal(3.0, 0.8, count)
    today = NOW.astimezone(account.zone).date()
    for ago in range(days, -1, -1):
        read_at = NOW - timedelta(days=max(ago - 1, 0), minutes=10)
        keep(Slot(account, level, today - timedelta(days=ago)), readings_of_a_day(ids, scale, rng), min(read_at, NOW))
    Freshness.objects.create(account=account, level=level, read_at=NOW - timedelta(minutes=10))


def readings_of_a_day(ids: np.ndarray, scale: np.ndarray, rng: np.random.Generator) -> Totals:
    """One day: spend, delivery and purchases as a middling shop has them, in cents where money is meant."""
    spend = np.round(scale * rng.lognormal(0.0, 0.25, len(ids)), 2)
    impressions = np.floor(spend * rng.uniform(70, 130, len(ids)))
    clicks = np.floor(impressions * rng.uniform(0.005, 0.02, len(ids)))
    purchases = rng.poisson(clicks * 0.03).astype(np.float64)
    columns = {
        "impressions": impressions,
        "reach": np.floor(impressions / 1.3),
        "clicks": clicks,
        "inline_link_clicks": np.floor(clicks * 0.8),
        "spend": spend,
        "thruplays": np.zeros(len(ids)),
        "actions": np.ones(len(ids)),
        "action_values": np.ones(len(ids)),
        "actions.omni_purchase": purchases,
        "action_values.omni_purchase": np.round(purchases * 45, 2),
    }
    return Totals(ids, columns)
