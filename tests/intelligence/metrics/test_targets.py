"""Targets: of the campaign, else of the account."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from intelligence.metrics.targets import BadTarget, set_target
from intelligence.models import Target
from metaads.models import Ad, AdAccount, AdSet, Level
from tests.factories.metaads import AdFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdFactory.create(ad_set__campaign__meta_id="21").account
    CampaignFactory.create(account=account, meta_id="22")
    return account


def targets(account: AdAccount, name: str, level: str = Level.CAMPAIGN) -> list[Any]:
    return [None if v != v else v for v in column(build_frame(account, level, NOW), resolve(name)).tolist()]


def test_until_somebody_sets_one_there_is_no_target(account: AdAccount) -> None:
    assert targets(account, "target_cpa") == [None, None]


def test_a_campaigns_target_beats_the_accounts(account: AdAccount) -> None:
    set_target(account, target_cpa=Decimal("30"))
    set_target(account, "22", target_cpa=Decimal("12.50"))
    assert targets(account, "target_cpa") == [30, 12.5]


def test_an_ad_has_the_target_of_its_campaign(account: AdAccount) -> None:
    set_target(account, "21", target_roas=Decimal("2.5"))
    assert targets(account, "target_roas", Level.AD) == [2.5]


def test_a_campaign_with_one_target_of_its_own_keeps_the_accounts_other(account: AdAccount) -> None:
    set_target(account, target_cpa=Decimal("30"), target_roas=Decimal("2"))
    set_target(account, "21", target_roas=Decimal("3"))
    assert (targets(account, "target_cpa")[0], targets(account, "target_roas")[0]) == (30, 3)


def test_setting_again_replaces_and_setting_nothing_removes(account: AdAccount) -> None:
    set_target(account, "21", target_cpa=Decimal("10"))
    set_target(account, "21", target_cpa=Decimal("20"))
    assert Target.objects.get().target_cpa == 20
    assert set_target(account, "21") is None
    assert not Target.objects.exists()


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity"])
def test_a_target_is_a_number_above_zero(account: AdAccount, value: str) -> None:
    with pytest.raises(BadTarget, match="above zero"):
        set_target(account, target_cpa=Decimal(value))


def test_another_accounts_target_is_not_ours(account: AdAccount) -> None:
    other = CampaignFactory.create().account
    set_target(other, target_cpa=Decimal("30"))
    assert targets(account, "target_cpa") == [None, None]


def test_an_ad_sets_own_target_beats_its_campaigns_and_is_its_own_alone(account: AdAccount) -> None:
    ad_set_id = AdSet.objects.get().meta_id
    set_target(account, "21", target_cpa=Decimal("10"))
    set_target(account, ad_set_id, target_cpa=Decimal("8"), level=Level.AD_SET)
    assert targets(account, "target_cpa", Level.AD_SET) == [8]
    assert targets(account, "target_cpa", Level.AD) == [10]
    set_target(account, Ad.objects.get().meta_id, target_cpa=Decimal("7"), level=Level.AD)
    assert targets(account, "target_cpa", Level.AD) == [7]


def test_cpa_and_roas_are_taken_from_the_nearest_that_has_each(account: AdAccount) -> None:
    set_target(account, target_roas=Decimal("2"))
    set_target(account, AdSet.objects.get().meta_id, target_cpa=Decimal("8"), level=Level.AD_SET)
    found = (targets(account, "target_cpa", Level.AD_SET), targets(account, "target_roas", Level.AD_SET))
    assert found == ([8], [2])


@pytest.mark.parametrize(("entity_id", "level"), [("999", ""), ("21", "adset"), ("21", "account"), ("", "ad")])
def test_a_target_of_what_the_account_does_not_have_is_refused(account: AdAccount, entity_id: str, level: str) -> None:
    with pytest.raises(BadTarget):
        set_target(account, entity_id, target_cpa=Decimal("8"), level=level)
