"""Targets: of the campaign, else of the account."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from intelligence.metrics.targets import BadTarget, set_target
from intelligence.models import Target
from metaads.models import AdAccount, Level
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
