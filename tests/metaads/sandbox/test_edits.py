"""What accepted edits do: learning restarts after significant ones, creatives and people change quality."""

import json

import pytest

from metaads.sandbox.world import learning
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


@pytest.fixture
def learned(here: Account, own_budget: AdSet) -> AdSet:
    """An ad set that left learning long ago."""
    here.live.learning[own_budget.index] = learning.SUCCESS
    return own_budget


def last_edit(graph: Browser, ad_set: AdSet) -> int:
    found: int = graph.get(ad_set.id, fields="learning_stage_info")["learning_stage_info"]["last_sig_edit_ts"]
    return found


WOMEN = {"geo_locations": {"countries": ["DE"]}, "genders": [2]}


@pytest.mark.parametrize(
    ("params", "significant"),
    [
        ({"name": "Other"}, False),
        ({"status": "PAUSED"}, False),
        ({"daily_budget": 1.15}, False),
        ({"daily_budget": 1.25}, True),
        ({"bid_amount": 2000}, True),
        ({"targeting": WOMEN}, True),
        ({"optimization_goal": "LINK_CLICKS"}, True),
        ({"attribution_spec": [{"event_type": "CLICK_THROUGH", "window_days": 1}]}, False),
    ],
)
def test_significant_edits_restart_learning_and_others_do_not(
    graph: Browser, world: World, learned: AdSet, params: dict[str, object], significant: bool
) -> None:
    before = last_edit(graph, learned)
    if isinstance(params.get("daily_budget"), float):
        params = {"daily_budget": int(float(str(params["daily_budget"])) * (learned.daily_budget or 0))}
    assert graph.post(learned.id, **params) == {"success": True}
    now = int(world.clock.now())
    assert last_edit(graph, learned) == (now if significant else before)
    state = graph.get(learned.id, fields="learning_stage_info")["learning_stage_info"]["status"]
    assert state == ("LEARNING" if significant else "SUCCESS")


def test_a_restart_is_in_the_history(graph: Browser, here: Account, learned: AdSet) -> None:
    graph.post(learned.id, targeting=WOMEN)
    events = [row.event_type for row in here.activities[-2:]]
    assert sorted(events) == ["update_ad_set_learning_stage_status", "update_ad_set_target_spec"]


def test_another_ad_restarts_learning_and_a_paused_one_only_when_it_starts(
    graph: Browser, here: Account, act: str, learned: AdSet
) -> None:
    before = last_edit(graph, learned)
    quiet = making.ad(learned.id, here.creatives[0].id, status="PAUSED")
    ad = graph.post(f"{act}/ads", **quiet)["id"]
    assert last_edit(graph, learned) == before
    graph.post(ad, status="ACTIVE")
    assert last_edit(graph, learned) > before


def test_another_creative_is_reviewed_drawn_anew_and_restarts_learning(
    graph: Browser, here: Account, act: str, learned: AdSet, controls: Controls
) -> None:
    ad = next(a for a in here.ads if a.ad_set == learned.index and a.status == "ACTIVE")
    quality = float(here.truth.click_rate[ad.index])
    creative = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    graph.post(ad.id, creative={"creative_id": creative})
    assert graph.get(ad.id, fields="creative")["creative"]["id"] == creative
    assert here.truth.click_rate[ad.index] != quality
    assert here.live.exposure[ad.index] == 0
    assert graph.get(ad.id, fields="effective_status")["effective_status"] == "IN_PROCESS"
    controls.advance(0.05)
    assert graph.get(ad.id, fields="effective_status")["effective_status"] == "PENDING_REVIEW"
    assert graph.get(learned.id, fields="learning_stage_info")["learning_stage_info"]["status"] == "LEARNING"
    assert here.activities[-2].event_type == "update_ad_set_learning_stage_status"


def test_the_same_creative_is_as_good_again(graph: Browser, here: Account, act: str, learned: AdSet) -> None:
    """Going back to the old creative brings its old quality back, nearly."""
    ad = next(a for a in here.ads if a.ad_set == learned.index)
    elder = next(a for a in here.ads if a.ad_set != learned.index)
    graph.post(ad.id, creative={"creative_id": elder.creative})
    truth = here.truth
    gift = truth.click_rate[elder.index] / truth.set_clicks[elder.ad_set]
    assert truth.click_rate[ad.index] / truth.set_clicks[ad.ad_set] == pytest.approx(gift, rel=0.3)


def test_other_people_are_another_audience(graph: Browser, here: Account, learned: AdSet) -> None:
    before = float(here.truth.audience[learned.index]), float(here.truth.set_cpm[learned.index])
    graph.post(learned.id, targeting=WOMEN)
    assert (here.truth.audience[learned.index], here.truth.set_cpm[learned.index]) != before
    again = float(here.truth.audience[learned.index])
    graph.post(learned.id, targeting={**WOMEN, "age_min": 30})
    graph.post(learned.id, targeting=WOMEN)
    assert here.truth.audience[learned.index] == again


def test_a_campaign_budget_is_handed_down_to_every_ad_set(graph: Browser, here: Account, shared_budget: AdSet) -> None:
    campaign = here.campaigns[shared_budget.campaign]
    members = [s for s in here.ad_sets if s.campaign == campaign.index]
    some = [{"adset_id": members[0].id, "daily_budget": 3000}]
    assert graph.refused("POST", campaign.id, adset_budgets=some) == (100, None)
    low = [{"adset_id": s.id, "daily_budget": 5} for s in members]
    assert graph.refused("POST", campaign.id, adset_budgets=low) == (100, 1885272)
    every = [{"adset_id": s.id, "daily_budget": 3000} for s in members]
    assert graph.post(campaign.id, adset_budgets=every) == {"success": True}
    assert "daily_budget" not in graph.get(campaign.id, fields="daily_budget,bid_strategy")
    assert {graph.get(s.id, fields="daily_budget")["daily_budget"] for s in members} == {"3000"}
    assert graph.post(members[0].id, daily_budget="3100") == {"success": True}


def test_a_bid_amount_sent_alone_turns_into_a_bid_cap(graph: Browser, own_budget: AdSet) -> None:
    assert graph.post(own_budget.id, bid_amount="900") == {"success": True}
    assert graph.get(own_budget.id, fields="bid_strategy")["bid_strategy"] == "LOWEST_COST_WITH_BID_CAP"


def test_limits_of_a_day_are_taken_away_with_nought_or_meta_s_largest_number(
    graph: Browser, shared_budget: AdSet
) -> None:
    graph.post(shared_budget.id, daily_spend_cap="4000")
    assert graph.get(shared_budget.id, fields="daily_spend_cap")["daily_spend_cap"] == "4000"
    for none in ("0", "922337203685478"):
        graph.post(shared_budget.id, daily_spend_cap=none)
        assert "daily_spend_cap" not in graph.get(shared_budget.id, fields="daily_spend_cap")


def test_an_ended_ad_set_needs_a_new_end_before_anything_else(
    graph: Browser, world: World, own_budget: AdSet, controls: Controls
) -> None:
    soon = int(world.clock.now()) + 3600
    graph.post(own_budget.id, end_time=soon)
    controls.advance(2)
    assert graph.refused("POST", own_budget.id, daily_budget="6000") == (100, 1487007)
    assert graph.refused("POST", own_budget.id, end_time=soon) == (100, 1487033)
    assert graph.post(own_budget.id, end_time="0") == {"success": True}
    assert graph.post(own_budget.id, daily_budget="6000") == {"success": True}


def test_a_campaign_budget_must_hold_the_minimum_of_each_running_ad_set(
    graph: Browser, here: Account, shared_budget: AdSet
) -> None:
    campaign = here.campaigns[shared_budget.campaign]
    assert graph.refused("POST", campaign.id, daily_budget="150") == (100, 2238055)
    assert graph.refused("POST", campaign.id, spend_cap="500") == (100, 2446307)
    assert graph.refused("POST", campaign.id, is_adset_budget_sharing_enabled=True) == (100, 3858418)


def test_a_spend_cap_of_a_campaign_ends_its_delivery(
    graph: Browser, here: Account, own_budget: AdSet, controls: Controls
) -> None:
    campaign = here.campaigns[own_budget.campaign]
    graph.post(campaign.id, spend_cap="10000")
    members = [s.index for s in here.ad_sets if s.campaign == campaign.index]
    here.live.spent_ever[members] = 10_000
    controls.advance(30)
    # Meta's later corrections may give some back, but nothing is spent any more.
    assert (here.live.spent_ever[members] <= 10_000).all()


def test_what_was_edited_reads_back(graph: Browser, own_budget: AdSet) -> None:
    spec = [{"event_type": "CLICK_THROUGH", "window_days": 1}]
    graph.post(own_budget.id, attribution_spec=spec, targeting=WOMEN)
    read = graph.get(own_budget.id, fields="attribution_spec,targeting,updated_time")
    assert (read["attribution_spec"], read["targeting"]) == (spec, WOMEN)
    assert json.dumps(read)
