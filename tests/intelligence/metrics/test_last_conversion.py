"""Hours since the last conversion."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from intelligence.collect.hours import keep_hours
from intelligence.collect.store import Slot, keep
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading, totals
from tests.factories.metaads import AdSetFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdSetFactory.create(meta_id="31").account
    return account


def hours(account: AdAccount) -> Any:
    value = column(build_frame(account, Level.AD_SET, NOW), resolve("hours_since_conversion"))[0]
    return None if value != value else value


def test_it_counts_from_the_reading_that_first_showed_the_conversion(account: AdAccount) -> None:
    for hours_ago, conversions in ((4, 1), (3, 2), (2, 2), (1, 2)):
        made = totals({"31": {"actions.omni_purchase": conversions}})
        read_at = NOW - timedelta(hours=hours_ago)
        keep_hours(account, Level.AD_SET, TODAY, made, read_at)
        keep(Slot(account, Level.AD_SET, TODAY), made, read_at)
    assert hours(account) == 3


def test_an_older_day_counts_from_its_end(account: AdAccount) -> None:
    """The 17th in Berlin ended at 23:00 UTC."""
    reading(account, Level.AD_SET, date(2026, 11, 17), NOW, {"31": {"actions.omni_purchase": 1}})
    assert hours(account) == 61


def test_without_any_conversion_in_the_kept_days_it_is_unknown(account: AdAccount) -> None:
    reading(account, Level.AD_SET, TODAY, NOW, {"31": {"actions.link_click": 1}})
    assert hours(account) is None
