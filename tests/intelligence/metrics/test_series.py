"""Daily series for charts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.metrics.catalog import UnknownField
from intelligence.metrics.series import account_daily, daily
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdSetFactory.create(meta_id="31", campaign__meta_id="21").account
    CampaignFactory.create(account=account, meta_id="22")
    for ago, spend in ((0, 1.0), (1, 20.0), (2, 10.0)):
        day = TODAY - timedelta(days=ago)
        row = {"spend": spend, "impressions": 100.0, "reach": 50.0, "actions.omni_purchase": 2.0 if ago else 0.0}
        reading(account, Level.AD_SET, day, NOW, {"31": row})
        reading(account, Level.CAMPAIGN, day, NOW, {"21": row, "22": {**row, "spend": 5.0}})
    return account


def test_the_days_end_with_today(account: AdAccount) -> None:
    series = daily(account, Level.AD_SET, "31", ["spend"], 3, NOW)
    assert series.days == [TODAY - timedelta(days=2), TODAY - timedelta(days=1), TODAY]
    assert series.values == {"spend": [10, 20, 1]}


def test_ratios_are_of_each_days_sums_and_unknown_without_conversions(account: AdAccount) -> None:
    assert daily(account, Level.AD_SET, "31", ["cpa", "frequency"], 3, NOW).values == {
        "cpa": [5, 10, None],
        "frequency": [2, 2, 2],
    }


def test_days_that_were_never_read_are_unknown(account: AdAccount) -> None:
    assert daily(account, Level.AD_SET, "31", ["spend"], 4, NOW).values["spend"][0] is None


def test_a_window_in_the_name_is_ignored(account: AdAccount) -> None:
    assert daily(account, Level.AD_SET, "31", ["spend_7d"], 2, NOW).values == {"spend_7d": [20, 1]}


def test_the_account_is_the_sum_of_its_campaigns(account: AdAccount) -> None:
    series = account_daily(account, ["spend", "cpa"], 2, NOW)
    assert series.values == {"spend": [25, 6], "cpa": [6.25, None]}


def test_reach_of_campaigns_does_not_add_up(account: AdAccount) -> None:
    assert account_daily(account, ["reach", "frequency"], 1, NOW).values == {"reach": [None], "frequency": [None]}


def test_an_entity_that_nobody_knows_has_no_figures(account: AdAccount) -> None:
    assert daily(account, Level.AD_SET, "404", ["spend"], 2, NOW).values == {"spend": [None, None]}


def test_at_most_31_days_are_kept_ready(account: AdAccount) -> None:
    assert len(daily(account, Level.AD_SET, "31", ["spend"], 90, NOW).days) == 31


def test_an_unknown_field_is_refused(account: AdAccount) -> None:
    with pytest.raises(UnknownField):
        daily(account, Level.AD_SET, "31", ["spned"], 2, NOW)


def test_an_account_that_was_never_read_has_no_figures_not_zero(db: None) -> None:
    empty = AdAccountFactory.create()
    assert account_daily(empty, ["spend"], 2, NOW).values["spend"] == [None, None]
