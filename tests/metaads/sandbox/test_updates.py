"""Writes: what is accepted, and what is refused with Meta's own numbers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser, first_set
from tests.sandbox_adapter import Controls


def test_a_budget_change_reads_back_and_is_logged_once(graph: Browser, own_budget: AdSet, controls: Controls) -> None:
    assert graph.post(own_budget.id, daily_budget="4200") == {"success": True}
    assert graph.get(own_budget.id, fields="daily_budget")["daily_budget"] == "4200"
    (write,) = controls.writes()
    assert (write["object_id"], write["after"], write["effect"]) == (own_budget.id, {"daily_budget": 4200}, True)
    assert write["request_id"]


def test_a_write_can_ask_the_new_state_back(graph: Browser, own_budget: AdSet) -> None:
    answer = graph.post(own_budget.id, status="PAUSED", fields="status")
    assert answer == {"success": True, "status": "PAUSED", "id": own_budget.id}


def test_validate_only_checks_and_changes_nothing(graph: Browser, own_budget: AdSet, controls: Controls) -> None:
    only = ["validate_only"]
    assert graph.post(own_budget.id, status="PAUSED", execution_options=only) == {"success": True}
    assert graph.refused("POST", own_budget.id, daily_budget="1", execution_options=only) == (100, 1885272)
    assert controls.writes() == []
    assert graph.get(own_budget.id, fields="status")["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"daily_budget": "99"}, (100, 1885272)),
        ({"daily_budget": "84.00"}, (100, None)),
        ({"daily_budget": "-5"}, (100, None)),
        ({"lifetime_budget": "500000"}, (100, 1885621)),
        ({"status": "STOPPED"}, (100, None)),
        ({"shoe_size": "44"}, (100, None)),
        ({"bid_amount": "500", "bid_strategy": "LOWEST_COST_WITHOUT_CAP"}, (100, 1885204)),
        ({"bid_strategy": "COST_CAP"}, (100, 1815857)),
        ({"name": ""}, (100, None)),
    ],
)
def test_what_meta_forbids_is_refused_and_changes_nothing(
    graph: Browser, own_budget: AdSet, controls: Controls, params: dict[str, Any], error: tuple[int, int | None]
) -> None:
    assert graph.refused("POST", own_budget.id, **params) == error
    assert controls.writes() == []


def test_a_refusal_carries_words_for_people_and_the_blamed_field(graph: Browser, own_budget: AdSet) -> None:
    error = graph.post(own_budget.id, daily_budget="99")["error"]
    assert "1.00 EUR" in error["error_user_msg"]
    assert "daily_budget" in error["error_data"]
    assert error["fbtrace_id"]


def test_the_fifth_budget_change_within_an_hour_is_refused(
    graph: Browser, own_budget: AdSet, controls: Controls
) -> None:
    for step in range(4):
        assert graph.post(own_budget.id, daily_budget=str(5000 + step)) == {"success": True}
    assert graph.refused("POST", own_budget.id, daily_budget="5010") == (613, 1487632)
    assert graph.post(own_budget.id, status="PAUSED") == {"success": True}
    controls.advance(1.1)
    assert graph.post(own_budget.id, daily_budget="5010") == {"success": True}


def test_a_budget_on_the_wrong_level_is_refused(
    graph: Browser, world: World, own_budget: AdSet, shared_budget: AdSet
) -> None:
    assert graph.refused("POST", shared_budget.id, daily_budget="5000") == (100, 1885621)
    abo = world.accounts[0].campaigns[own_budget.campaign].id
    assert graph.refused("POST", abo, daily_budget="50000") == (100, 1885621)
    cbo = world.accounts[0].campaigns[shared_budget.campaign].id
    assert graph.post(cbo, daily_budget="50000") == {"success": True}


def test_the_minimum_of_yen_is_in_yen(graph: Browser, world: World) -> None:
    ad_set = first_set(world, lambda s, c: s.daily_budget is not None, account=1)
    assert graph.refused("POST", ad_set.id, daily_budget="159") == (100, 1885272)
    assert graph.post(ad_set.id, daily_budget="160") == {"success": True}


def test_archived_can_only_be_deleted_and_deleted_only_renamed(graph: Browser, own_budget: AdSet) -> None:
    graph.post(own_budget.id, status="ARCHIVED")
    assert graph.refused("POST", own_budget.id, status="ACTIVE") == (100, 1487566)
    assert graph.send("DELETE", own_budget.id).json() == {"success": True}
    assert graph.refused("POST", own_budget.id, status="ACTIVE") == (100, 1487056)
    assert graph.post(own_budget.id, name="Old one") == {"success": True}


def test_unknown_objects_and_edges_are_refused(graph: Browser, own_budget: AdSet) -> None:
    assert graph.refused("POST", "999", status="PAUSED") == (100, 33)
    assert graph.refused("POST", f"{own_budget.id}/adlabels") == (100, None)


def test_a_batch_runs_its_items_one_by_one(graph: Browser, own_budget: AdSet) -> None:
    items = [
        {"method": "POST", "relative_url": f"{own_budget.id}/", "body": "status=PAUSED"},
        {"method": "GET", "relative_url": f"v26.0/{own_budget.id}?fields=status"},
        {"method": "GET", "relative_url": "999"},
    ]
    answers = graph.post("", batch=items)
    assert [a["code"] for a in answers] == [200, 200, 400]
    assert '"status": "PAUSED"' in answers[1]["body"]
    assert graph.refused("POST", "", batch=items * 20) == (100, None)


def test_writes_from_many_threads_are_each_done_once(graph: Browser, world: World, controls: Controls) -> None:
    ads = [ad.id for ad in world.accounts[0].ads]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda ad: graph.post(ad, name=f"Renamed {ad}"), ads))
    assert answers == [{"success": True}] * len(ads)
    assert sorted(w["object_id"] for w in controls.writes()) == sorted(ads)
    assert len({w["request_id"] for w in controls.writes()}) == len(ads)
    assert {ad.name for ad in world.accounts[0].ads} == {f"Renamed {ad}" for ad in ads}
