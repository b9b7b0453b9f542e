"""An account with two campaigns, an ad set and two ads each, and a fortnight of plain figures."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from metaads.models import AdAccount
from tests.factories.intelligence import Row, reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    for campaign_id, ad_set_id, ads in (("21", "31", ("41", "42")), ("22", "32", ("43", "44"))):
        campaign = CampaignFactory.create(account=account, meta_id=campaign_id)
        ad_set = AdSetFactory.create(campaign=campaign, meta_id=ad_set_id)
        for meta_id in ads:
            AdFactory.create(ad_set=ad_set, meta_id=meta_id, creative__meta_id=f"5{meta_id[1]}")
    return account


@pytest.fixture
def days(account: AdAccount) -> Callable[..., None]:
    """`days(Level.CAMPAIGN, {"21": {...}}, 1, 14)`: the same rows on each of the days so many days ago."""

    def make(level: str, rows: dict[str, Row], first: int = 1, last: int = 14) -> None:
        for ago in range(first, last + 1):
            reading(account, level, TODAY - timedelta(days=ago), NOW - timedelta(hours=24 * max(ago - 1, 0) + 1), rows)

    return make


def row(spend: float, purchases: float, value: float, impressions: float = 1000, **more: float) -> dict[str, float]:
    return {
        "spend": spend,
        "impressions": impressions,
        "clicks": 50,
        "actions.omni_purchase": purchases,
        "action_values.omni_purchase": value,
        **more,
    }
