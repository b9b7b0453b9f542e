"""What Meta refuses when something is to be made: code, subcode, words for people; and nothing is made."""

from collections.abc import Callable
from typing import Any

import pytest

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls

EUROPE = {"geo_locations": {"countries": ["DE", "US"]}}


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


@pytest.fixture
def nothing_made(here: Account, controls: Controls) -> Callable[[], bool]:
    count = _count(here)
    known = len(controls.writes())
    return lambda: _count(here) == count and len(controls.writes()) == known


def _count(here: Account) -> tuple[int, ...]:
    return len(here.campaigns), len(here.ad_sets), len(here.ads), len(here.creatives)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": None}, (100, None)),
        ({"objective": None}, (100, None)),
        ({"objective": "CONVERSIONS"}, (100, None)),
        ({"special_ad_categories": None}, (100, None)),
        ({"special_ad_categories": ["SHOES"]}, (100, None)),
        ({"special_ad_categories": ["CREDIT"], "special_ad_category_country": ["US"]}, (100, None)),
        ({"special_ad_categories": ["HOUSING"]}, (100, None)),
        ({"status": "ARCHIVED"}, (100, None)),
        ({"is_adset_budget_sharing_enabled": None}, (100, 4834011)),
        ({"is_adset_budget_sharing_enabled": True, "daily_budget": 5000}, (100, 4834002)),
        ({"daily_budget": 99}, (100, 1885272)),
        ({"daily_budget": 5000, "lifetime_budget": 50000}, (100, 1885621)),
        ({"spend_cap": 9999}, (100, 2446307)),
        ({"bid_strategy": "COST_CAP"}, (100, None)),
        ({"buying_type": "RESERVED"}, (100, None)),
        ({"shoe_size": 44}, (100, None)),
    ],
)
def test_a_campaign_is_refused(
    graph: Browser, act: str, nothing_made: Callable[[], bool], changes: dict[str, Any], error: tuple[int, int | None]
) -> None:
    assert graph.refused("POST", f"{act}/campaigns", **making.campaign(**changes)) == error
    assert nothing_made()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": None}, (100, None)),
        ({"campaign_id": "999"}, (100, None)),
        ({"optimization_goal": None}, (100, None)),
        ({"billing_event": None}, (100, None)),
        ({"targeting": None}, (100, None)),
        ({"targeting": {"age_min": 25}}, (100, None)),
        ({"targeting": {**making.AMERICA, "age_min": 55}}, (100, None)),
        ({"targeting": EUROPE}, (100, 3858079)),
        ({"targeting": EUROPE, "dsa_payor": "Northwind"}, (100, 3858081)),
        ({"daily_budget": None}, (100, 1885621)),
        ({"daily_budget": 99}, (100, 1885272)),
        ({"lifetime_budget": 50000}, (100, 1885621)),
        ({"daily_budget": None, "lifetime_budget": 50000}, (100, None)),
        ({"daily_budget": None, "lifetime_budget": 200, "end_time": "2026-12-20T00:00:00+0000"}, (100, 1885272)),
        ({"end_time": "2026-11-01T00:00:00+0000"}, (100, 1487033)),
        ({"start_time": "2026-12-10T00:00:00+0000", "end_time": "2026-12-01T00:00:00+0000"}, (100, None)),
        ({"optimization_goal": "REACH", "billing_event": "LINK_CLICKS"}, (100, None)),
        ({"optimization_goal": "LANDING_PAGE_VIEWS"}, (100, 2490408)),
        ({"optimization_goal": "SHOES"}, (100, None)),
        ({"promoted_object": None}, (100, 1885154)),
        ({"promoted_object": {"pixel_id": "1", "custom_event_type": "PURCHASE"}}, (100, None)),
        ({"bid_strategy": "COST_CAP"}, (100, 1815857)),
        ({"bid_strategy": "LOWEST_COST_WITH_BID_CAP", "bid_amount": 9000}, (100, 1885272)),
        ({"bid_strategy": "LOWEST_COST_WITHOUT_CAP", "bid_amount": 500}, (100, 1885204)),
        ({"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS"}, (100, None)),
        ({"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS", "bid_constraints": {"roas_average_floor": 99}}, (100, None)),
        ({"daily_spend_cap": 2000}, (100, None)),
        ({"destination_type": "MOON"}, (100, None)),
    ],
)
def test_an_ad_set_is_refused(
    graph: Browser, here: Account, act: str, changes: dict[str, Any], error: tuple[int, int | None]
) -> None:
    campaign = graph.post(f"{act}/campaigns", **making.campaign())["id"]
    count = len(here.ad_sets)
    params = making.ad_set(here, campaign, **changes)
    assert graph.refused("POST", f"{act}/adsets", **params) == error
    assert len(here.ad_sets) == count


def test_an_ad_set_below_a_campaign_budget_has_none_and_one_goal(
    graph: Browser, here: Account, act: str, shared_budget: AdSet
) -> None:
    shared = making.campaign(daily_budget=20000, is_adset_budget_sharing_enabled=None)
    campaign = graph.post(f"{act}/campaigns", **shared)["id"]
    assert graph.refused("POST", f"{act}/adsets", **making.ad_set(here, campaign)) == (100, 1885621)
    assert "id" in graph.post(f"{act}/adsets", **making.ad_set(here, campaign, daily_budget=None))
    other = making.ad_set(here, campaign, daily_budget=None, optimization_goal="VALUE")
    assert graph.refused("POST", f"{act}/adsets", **other) == (100, None)
    low = making.ad_set(here, campaign, daily_budget=None, daily_min_spend_target=3000, daily_spend_cap=2000)
    assert graph.refused("POST", f"{act}/adsets", **low) == (100, None)


def test_a_special_category_leaves_nobody_out_and_states_its_audience(graph: Browser, here: Account, act: str) -> None:
    special = making.campaign(special_ad_categories=["EMPLOYMENT"], special_ad_category_country=["US"])
    campaign = graph.post(f"{act}/campaigns", **special)["id"]
    assert graph.get(campaign, fields="special_ad_categories")["special_ad_categories"] == ["EMPLOYMENT"]
    assert graph.refused("POST", f"{act}/adsets", **making.ad_set(here, campaign)) == (100, None)
    wide = {"geo_locations": {"countries": ["US"]}}
    assert graph.refused("POST", f"{act}/adsets", **making.ad_set(here, campaign, targeting=wide)) == (100, 1870227)
    stated = {**wide, "targeting_automation": {"advantage_audience": 0}}
    assert "id" in graph.post(f"{act}/adsets", **making.ad_set(here, campaign, targeting=stated))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"creative": None},
        {"creative": {"creative_id": "999"}},
        {"adset_id": None},
        {"adset_id": "999"},
        {"status": "DELETED"},
        {"bid_amount": 100},
    ],
)
def test_an_ad_is_refused(
    graph: Browser, here: Account, act: str, nothing_made: Callable[[], bool], changes: dict[str, Any]
) -> None:
    params = making.ad(here.ad_sets[0].id, here.creatives[0].id, **changes)
    assert graph.refused("POST", f"{act}/ads", **params) == (100, None)
    assert nothing_made()


@pytest.mark.parametrize(("status", "subcode"), [("DELETED", 1487056), ("ARCHIVED", 1487566)])
def test_nothing_is_added_to_what_is_gone(
    graph: Browser, here: Account, act: str, own_budget: AdSet, status: str, subcode: int
) -> None:
    params = making.ad(own_budget.id, here.creatives[0].id)
    campaign = here.campaigns[own_budget.campaign]
    graph.post(campaign.id, status=status)
    assert graph.refused("POST", f"{act}/ads", **params) == (100, subcode)
    assert graph.refused("POST", f"{act}/adsets", **making.ad_set(here, campaign.id)) == (100, subcode)
    assert graph.refused("POST", f"{own_budget.id}/copies") == (100, subcode)


def test_an_ad_set_holds_fifty_ads_and_a_campaign_two_hundred_ad_sets(graph: Browser, here: Account, act: str) -> None:
    params = making.ad(here.ad_sets[0].id, here.creatives[0].id)
    present = sum(1 for ad in here.ads if ad.ad_set == 0)
    for _ in range(50 - present):
        assert "id" in graph.post(f"{act}/ads", **params)
    error = graph.post(f"{act}/ads", **params)["error"]
    assert (error["code"], error["error_user_title"]) == (100, "Too many ads")
    graph.send("DELETE", here.ads[0].id)
    assert "id" in graph.post(f"{act}/ads", **params)


@pytest.mark.parametrize(
    "changes",
    [
        {"object_story_spec": None},
        {"link": "ftp://shop.example"},
        {"link": "boots"},
        {"object_story_spec": {"page_id": "1", "link_data": {"link": "https://shop.example"}}},
        {"object_story_spec": {"page_id": "104000000000000"}},
        {"object_story_spec": {"page_id": "104000000000000", "video_data": {"message": "No film"}}},
        {"object_story_spec": None, "object_story_id": "1_2"},
    ],
)
def test_a_creative_is_refused(
    graph: Browser, here: Account, act: str, nothing_made: Callable[[], bool], changes: dict[str, Any]
) -> None:
    assert graph.refused("POST", f"{act}/adcreatives", **making.creative(here, **changes)) == (100, None)
    assert nothing_made()


def test_a_refusal_names_what_is_wrong_in_words_and_field(graph: Browser, here: Account, act: str) -> None:
    campaign = graph.post(f"{act}/campaigns", **making.campaign())["id"]
    wrong = making.ad_set(here, campaign, optimization_goal="LANDING_PAGE_VIEWS")
    error = graph.post(f"{act}/adsets", **wrong)["error"]
    assert error["error_user_title"] == "Performance goal isn't available"
    assert error["error_user_msg"]
    assert "optimization_goal" in error["error_data"]


def test_an_account_of_another_owner_is_not_reached(graph: Browser, here: Account) -> None:
    assert graph.refused("POST", "act_1/campaigns", **making.campaign()) == (100, 33)
    assert graph.refused("POST", f"act_{here.id}/customaudiences", name="x") == (100, None)
