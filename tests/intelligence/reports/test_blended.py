"""Blended ROAS: sums first; one campaign that lacks a figure makes the whole unknown, and is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from intelligence.reports import Lack, MixedCurrencies, blended
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, CampaignFactory
from tests.intelligence.reports.conftest import NOW, TODAY, row


def test_it_is_summed_value_over_summed_spend_and_no_mean_of_ratios(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 80), "22": row(30, 1, 40)})
    found = blended(account, None, "7d", NOW)
    assert (found.spend, found.value, found.roas, found.lacking) == (280, 840, 3.0, ())
    assert blended(account, ["22"], "7d", NOW).roas == pytest.approx(4 / 3)


def test_a_campaign_without_a_known_value_is_named_and_the_rest_still_said(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 80), "22": {"spend": 30.0, "impressions": 100.0}})
    found = blended(account, ["21", "22", "99"], "7d", NOW)
    assert (found.roas, found.known_roas) == (None, 8.0)
    assert found.lacking == (Lack("22", "conversion value"), Lack("99", "spend and conversion value"))


def test_several_accounts_of_one_currency_blend_and_others_do_not(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.CAMPAIGN, {"21": row(10, 2, 80), "22": row(10, 2, 80)})
    other = CampaignFactory.create(meta_id="29").account
    for ago in range(1, 8):
        reading(other, Level.CAMPAIGN, TODAY - timedelta(days=ago), NOW, {"29": row(20, 0, 0)})
    assert blended([account, other], None, "7d", NOW).roas == 4.0
    with pytest.raises(MixedCurrencies, match="EUR and JPY"):
        blended([account, AdAccountFactory.create(currency="JPY")], None, "7d", NOW)


def test_without_spend_there_is_no_roas(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": row(0, 0, 0), "22": row(0, 0, 0)})
    found = blended(account, None, "7d", NOW)
    assert (found.spend, found.roas) == (0, None)
