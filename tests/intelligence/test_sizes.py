"""What an account takes on disk: stated in docs/decisions/0009, held to here with ids as wide as Meta's."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db.models import Sum
from django.db.models.functions import Length

from intelligence.collect.hours import keep_hours
from intelligence.collect.retention import roll_up
from intelligence.collect.store import Slot, keep
from intelligence.models import CreativeDay, DayProfile, HourBlock, Reading, Week
from intelligence.totals import Totals
from metaads.models import Ad, AdAccount, AdSet, Creative, Level
from tests.factories.metaads import AdSetFactory

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
ENTITIES = 350
BYTES = {Reading: 25, HourBlock: 25, CreativeDay: 35, DayProfile: 130, Week: 25}
"""Most that one entity may take in one row."""
MONTH_MB = 50
Kept = type[Reading] | type[HourBlock] | type[CreativeDay] | type[DayProfile] | type[Week]
DAILY: tuple[Kept, ...] = (Reading, HourBlock, CreativeDay)


def grown(before: Totals, rng: np.random.Generator) -> Totals:
    shown = rng.poisson(120, len(before.ids)).astype(np.float64)
    clicks, bought = rng.binomial(shown.astype(int), 0.012), rng.binomial(shown.astype(int), 0.0004)
    added = {
        "impressions": shown,
        "clicks": clicks,
        "inline_link_clicks": clicks,
        "reach": np.floor(shown * 0.8),
        "spend": np.round(shown * 0.0093, 2),
        "thruplays": shown // 20,
        "actions.link_click": clicks,
        "actions.landing_page_view": clicks * 3 // 4,
        "actions.omni_purchase": bought,
        "action_values.omni_purchase": bought * 47.9,
    }
    columns = {name: np.round(before.columns.get(name, 0.0) + more, 2) for name, more in added.items()}
    return Totals(before.ids, {**columns, **{mark: np.ones(len(shown)) for mark in ("actions", "action_values")}})


@pytest.fixture
def account(db: None) -> AdAccount:
    """A day of hourly looks at 350 ads, each with a creative of its own."""
    ad_set: AdSet = AdSetFactory.create()
    account = ad_set.account
    rng = np.random.default_rng(7)
    totals = Totals(np.cumsum(rng.integers(10, 10**7, ENTITIES)) + 120_210_123_456_780_123, {})
    ids = [str(one) for one in totals.ids]
    creatives = Creative.objects.bulk_create(Creative(account=account, meta_id=f"9{i}", synced_at=START) for i in ids)
    Ad.objects.bulk_create(
        Ad(account=account, campaign=ad_set.campaign, ad_set=ad_set, creative=one, meta_id=i, synced_at=START)
        for i, one in zip(ids, creatives, strict=True)
    )
    for hour in range(1, 25):
        totals, at = grown(totals, rng), START + timedelta(hours=hour)
        keep_hours(account, Level.AD, DAY, totals, at)
        keep(Slot(account, Level.AD, DAY), totals, at)
    return account


def test_an_entity_takes_no_more_than_is_stated(account: AdAccount) -> None:
    day: dict[Kept, float] = {model: size(model) for model in DAILY}
    roll_up(account, START + timedelta(days=5))
    found = {**day, DayProfile: size(DayProfile), Week: size(Week)}
    assert {model.__name__: size for model, size in found.items() if size > BYTES[model]} == {}
    a_day = sum(HourBlock.objects.count() * ENTITIES * day[model] for model in day)
    frames = 24 * ENTITIES * 110  # held to by tests/intelligence/metrics/test_table.py
    assert 30 * (a_day + frames + ENTITIES * found[DayProfile]) / 1e6 < MONTH_MB


def size(model: Kept) -> float:
    sums = model._default_manager.aggregate(packed=Sum(Length("packed")), entities=Sum("rows"))
    return float(sums["packed"] / sums["entities"])
