"""Creating objects with Meta's own SDK: what is made reads back, starts, spends and learns."""

import copy
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi

from metaads.sandbox.server import Sandbox
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import HOST, Browser
from tests.metaads.sandbox.test_sdk import connected
from tests.sandbox_adapter import Controls

ONLY = ["validate_only"]


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def api(box: Sandbox) -> FacebookAdsApi:
    return connected(box, HOST)


@pytest.fixture
def home(api: FacebookAdsApi, act: str) -> AdAccount:
    return AdAccount(act, api=api)


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


def new_campaign(home: AdAccount, **changes: Any) -> Campaign:
    """The SDK's own create answers with a general object; its id is what counts."""
    made = home.create_campaign(params=making.campaign(**changes))
    return Campaign(made["id"], api=home.get_api_assured())


def new_ad_set(home: AdAccount, here: Account, campaign: Campaign, **changes: Any) -> AdSet:
    made = home.create_ad_set(params=making.ad_set(here, campaign["id"], **changes))
    return AdSet(made["id"], api=home.get_api_assured())


def new_ad(home: AdAccount, here: Account, ad_set: AdSet) -> tuple[AdCreative, Ad]:
    creative = home.create_ad_creative(params=making.creative(here))
    made = home.create_ad(params=making.ad(ad_set["id"], creative["id"]))
    return AdCreative(creative["id"], api=home.get_api_assured()), Ad(made["id"], api=home.get_api_assured())


def whole(home: AdAccount, here: Account) -> tuple[Campaign, AdSet, AdCreative, Ad]:
    """A running campaign with one ad set and one ad."""
    campaign = new_campaign(home, status="ACTIVE")
    ad_set = new_ad_set(home, here, campaign)
    return campaign, ad_set, *new_ad(home, here, ad_set)


def test_the_sdk_creates_all_four_kinds_and_they_read_back(home: AdAccount, here: Account) -> None:
    campaign, ad_set, creative, ad = whole(home, here)
    read = campaign.api_get(fields=["name", "objective", "status", "special_ad_categories", "daily_budget"])
    assert (read["name"], read["objective"], read["status"]) == ("Autumn", "OUTCOME_SALES", "ACTIVE")
    assert read["special_ad_categories"] == []
    assert "daily_budget" not in read
    read = ad_set.api_get(fields=["campaign_id", "daily_budget", "targeting", "promoted_object", "bid_strategy"])
    assert (read["campaign_id"], read["daily_budget"]) == (campaign["id"], "5000")
    assert read["promoted_object"]["pixel_id"] == here.pixel
    assert read["targeting"]["geo_locations"]["countries"] == ["US"]
    assert read["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"
    read = creative.api_get(fields=["title", "body", "link_url", "image_hash", "object_type", "object_story_spec"])
    assert (read["title"], read["body"], read["object_type"]) == ("Boots", "Dry feet all winter.", "SHARE")
    assert read["object_story_spec"]["link_data"]["image_hash"] == read["image_hash"] == "0123456789abcdef"
    read = ad.api_get(fields=["adset_id", "creative", "campaign_id", "conversion_domain"])
    assert (read["adset_id"], read["creative"]["id"]) == (ad_set["id"], creative["id"])
    assert (read["campaign_id"], read["conversion_domain"]) == (campaign["id"], "shop.example")
    assert ad["id"] in {one["id"] for one in ad_set.get_ads()}


def test_what_was_created_is_counted_and_logged_once_each(
    home: AdAccount, here: Account, controls: Controls, graph: Browser
) -> None:
    made = whole(home, here)
    writes = controls.writes()
    assert [w["kind"] for w in writes] == ["campaign", "adset", "creative", "ad"]
    assert [w["object_id"] for w in writes] == [one["id"] for one in made]
    events = [row.event_type for row in here.activities[-3:]]
    assert events == ["create_campaign_group", "create_ad_set", "create_ad"]
    listed = graph.get(f"act_{here.id}/campaigns", limit="100")["data"]
    assert listed[-1]["id"] == made[0]["id"]


def test_a_created_ad_is_processed_reviewed_delivers_and_learns(
    home: AdAccount, here: Account, controls: Controls
) -> None:
    _, ad_set, _, ad = whole(home, here)
    index = here.ads[-1].index
    assert ad.api_get(fields=["effective_status"])["effective_status"] == "IN_PROCESS"
    controls.advance(1 / 60)
    assert ad.api_get(fields=["effective_status"])["effective_status"] == "PENDING_REVIEW"
    controls.advance(4.5)
    assert ad.api_get(fields=["effective_status"])["effective_status"] == "ACTIVE"
    assert here.daily[: here.days, index].sum() > 0
    assert ad_set.api_get(fields=["learning_stage_info"])["learning_stage_info"]["status"] == "LEARNING"
    controls.advance(30)
    (row,) = ad.get_insights(fields=["spend", "impressions"], params={"date_preset": "yesterday"})
    assert 20 < float(row["spend"]) < 87.5
    assert int(row["impressions"]) > 500
    learned = ad_set.api_get(fields=["learning_stage_info"])["learning_stage_info"]
    assert learned["conversions"] > 0 or learned["status"] == "SUCCESS"
    assert [a.event_type for a in here.activities if a.object_id == ad["id"]] == ["create_ad", "ad_review_approved"]


def test_nothing_is_shown_before_the_review_has_ended(home: AdAccount, here: Account, controls: Controls) -> None:
    whole(home, here)
    controls.advance(6)
    ad = here.ads[-1]
    assert ad.review_until > ad.created
    first = here.local(ad.review_until)
    assert here.live.spent_ever[-1] > 0
    assert first.timestamp() >= ad.created + 300


def test_other_ads_go_on_as_if_nothing_had_been_created(home: AdAccount, here: Account, world: World) -> None:
    """The luck of the others does not depend on who else is there; only the same audience and budget bind."""
    twin = copy.deepcopy(world)
    whole(home, here)
    for one in (world, twin):
        one.set_clock(one.clock.now() + 20 * 3600)
        one.advance()
    there = twin.accounts[0]
    known = len(there.ads)
    assert (here.daily[: here.days, :known] == there.daily[: there.days, :known]).all()
    assert len(here.ads) == known + 1


def test_validate_only_creates_nothing(graph: Browser, here: Account, act: str, controls: Controls) -> None:
    count = len(here.campaigns), len(here.creatives)
    assert graph.post(f"{act}/campaigns", **making.campaign(), execution_options=ONLY) == {"success": True}
    assert graph.post(f"{act}/adcreatives", **making.creative(here), execution_options=ONLY) == {"success": True}
    assert graph.refused("POST", f"{act}/campaigns", **making.campaign(name=None), execution_options=ONLY) == (
        100,
        None,
    )
    assert (len(here.campaigns), len(here.creatives)) == count
    assert controls.writes() == []


def test_a_create_can_ask_the_new_state_back(graph: Browser, act: str) -> None:
    answer = graph.post(f"{act}/campaigns", **making.campaign(), fields="name,status,effective_status")
    assert answer["success"] is True
    assert (answer["name"], answer["status"], answer["effective_status"]) == ("Autumn", "PAUSED", "IN_PROCESS")


def test_a_campaign_budget_bids_automatically_and_its_ad_sets_carry_none(
    home: AdAccount, here: Account, controls: Controls
) -> None:
    campaign = new_campaign(home, is_adset_budget_sharing_enabled=None, daily_budget=9000, status="ACTIVE")
    assert campaign.api_get(fields=["bid_strategy"])["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"
    ad_set = new_ad_set(home, here, campaign, daily_budget=None, daily_spend_cap=2000)
    assert "daily_budget" not in ad_set.api_get(fields=["daily_budget", "daily_spend_cap"])
    new_ad(home, here, ad_set)
    controls.advance(48)
    (row,) = ad_set.get_insights(fields=["spend"], params={"date_preset": "yesterday"})
    assert 0 < float(row["spend"]) <= 35.0


def test_a_lifetime_budget_is_spent_and_no_more(
    home: AdAccount, here: Account, controls: Controls, world: World
) -> None:
    campaign = new_campaign(home, status="ACTIVE")
    until = int(world.clock.now()) + 3 * 86_400
    ad_set = new_ad_set(home, here, campaign, daily_budget=None, lifetime_budget=6000, end_time=until)
    new_ad(home, here, ad_set)
    controls.advance(5 * 24)
    assert 4000 < here.live.spent_ever[-1] < 6500
    assert ad_set.api_get(fields=["budget_remaining"])["budget_remaining"].isdigit()


def test_many_new_ads_find_room_and_keep_their_numbers_apart(graph: Browser, here: Account, act: str) -> None:
    campaign = graph.post(f"{act}/campaigns", **making.campaign(status="ACTIVE"))["id"]
    ad_set = graph.post(f"{act}/adsets", **making.ad_set(here, campaign))["id"]
    creative = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    before = here.daily[: here.days].copy()
    for number in range(30):
        graph.post(f"{act}/ads", **making.ad(ad_set, creative, name=f"Ad {number}"))
    assert here.daily.shape[1] == len(here.ads) == before.shape[1] + 30
    assert (here.daily[: here.days, : before.shape[1]] == before).all()
    assert not here.daily[:, before.shape[1] :].any()


def test_a_campaign_without_ad_sets_harms_no_figures_of_the_others(graph: Browser, act: str) -> None:
    wish = {"level": "campaign", "fields": "campaign_id,spend,reach", "date_preset": "maximum"}
    before = graph.get(f"{act}/insights", **wish)["data"]
    made = graph.post(f"{act}/campaigns", **making.campaign())["id"]
    assert graph.get(f"{act}/insights", **wish)["data"] == before
    assert graph.get(f"{made}/insights", fields="spend", date_preset="maximum")["data"] == []
    assert graph.get(f"{made}/adsets")["data"] == []
