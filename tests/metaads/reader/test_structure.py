"""What the structure readers ask for."""

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount as SdkAccount
from facebook_business.adobjects.adactivity import AdActivity
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adrule import AdRule
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adspixel import AdsPixel
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.minimumbudget import MinimumBudget

from metaads.graph.client import client_for
from metaads.models import AdAccount
from metaads.reader import activity, native_rules, pixels, structure
from metaads.reader.entity import read_fields
from tests.metaads.stub import Stub


@pytest.mark.parametrize(
    ("fields", "node"),
    [
        (structure.ACCOUNT_FIELDS, SdkAccount),
        (structure.CAMPAIGN_FIELDS, Campaign),
        (structure.AD_SET_FIELDS, AdSet),
        (structure.AD_FIELDS, Ad),
        (structure.CREATIVE_FIELDS, AdCreative),
        (structure.HEALTH_FIELDS, SdkAccount),
        (structure.MINIMUM_FIELDS, MinimumBudget),
        (activity.FIELDS, AdActivity),
        (native_rules.FIELDS, AdRule),
        (pixels.FIELDS, AdsPixel),
    ],
)
def test_only_fields_that_meta_has_are_asked_for(fields: tuple[str, ...], node: type) -> None:
    known = {value for name, value in vars(node.Field).items() if not name.startswith("_")}  # type: ignore[attr-defined]
    assert set(fields) <= known
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize(
    ("reader", "edge"),
    [
        (structure.read_campaigns, "campaigns"),
        (structure.read_ad_sets, "adsets"),
        (structure.read_ads, "ads"),
        (structure.read_creatives, "adcreatives"),
    ],
)
def test_each_level_is_one_edge_of_the_account(account: AdAccount, stub: Stub, reader: object, edge: str) -> None:
    stub.says({"data": [{"id": "1"}]})
    assert list(reader(client_for(account), account)) == [[{"id": "1"}]]  # type: ignore[operator]
    assert stub.calls[0].path.endswith(f"/act_111/{edge}")
    assert "effective_status" not in set(stub.calls[0].query) - {"fields"}


def test_one_object_is_read_with_the_fields_asked_for(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "7", "daily_budget": "500"})
    assert read_fields(client_for(account), "7", ["status", "daily_budget"])["daily_budget"] == "500"
    assert stub.calls[0].query["fields"] == "status,daily_budget"
