"""Batches: outcomes of their own, results that later items use, what is left out of the answer; fields in fields."""

import json
from typing import Any

import pytest

from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser


def sent(graph: Browser, *items: dict[str, Any]) -> list[Any]:
    return list(graph.post("", batch=list(items)))


def test_a_later_item_uses_the_result_of_a_named_one(graph: Browser, act: str, own_budget: AdSet) -> None:
    first = {"method": "GET", "relative_url": f"{act}/campaigns?limit=2&fields=id", "name": "some"}
    second = {
        "method": "GET",
        "relative_url": f"{act}/adsets?effective_status=ACTIVE&ids_from={{result=some:$.data.*.id}}",
    }
    third = {"method": "GET", "relative_url": "{result=some:$.data[1].id}?fields=name"}
    left_out, other, found = sent(graph, first, second, third)
    assert left_out is None
    assert other["code"] == 200
    assert "name" in json.loads(found["body"])


def test_the_named_result_comes_back_when_asked_for(graph: Browser, act: str) -> None:
    first = {
        "method": "GET",
        "relative_url": f"{act}/campaigns?limit=1",
        "name": "a",
        "omit_response_on_success": False,
    }
    second = {"method": "GET", "relative_url": "{result=a:$.data[0].id}"}
    shown, found = sent(graph, first, second)
    assert json.loads(shown["body"])["data"][0]["id"] == json.loads(found["body"])["id"]


def test_a_name_that_nobody_uses_hides_nothing(graph: Browser, act: str) -> None:
    (only,) = sent(graph, {"method": "GET", "relative_url": act, "name": "a"})
    assert only["code"] == 200


def test_what_builds_on_a_failure_is_not_carried_out(graph: Browser, own_budget: AdSet) -> None:
    wrong = {"method": "GET", "relative_url": "17", "name": "a"}
    built = {"method": "POST", "relative_url": own_budget.id, "body": "name={result=a:$.id}"}
    also = {"method": "POST", "relative_url": own_budget.id, "body": "status=PAUSED", "depends_on": "a"}
    refused, first, second = sent(graph, wrong, built, also)
    assert refused["code"] == 400
    assert (first, second) == (None, None)
    assert own_budget.status == "ACTIVE"


def test_fifty_items_are_the_most(graph: Browser, act: str) -> None:
    one = {"method": "GET", "relative_url": act}
    assert len(sent(graph, *[one] * 50)) == 50
    assert graph.refused("POST", "", batch=[one] * 51) == (100, None)
    assert graph.refused("POST", "", batch=["x"]) == (100, None)


def test_several_ids_at_once_are_gone(graph: Browser, own_budget: AdSet) -> None:
    assert graph.refused("GET", "", ids=own_budget.id)[0] == 100


def test_lists_inside_an_object_have_pages_of_their_own(graph: Browser, act: str, world: World) -> None:
    account = world.accounts[0]
    campaign = account.campaigns[0]
    inside = [s for s in account.ad_sets if s.campaign == campaign.index and s.status != "DELETED"]
    found = graph.get(campaign.id, fields="name,adsets.limit(1){id,name,ads.limit(1){id}}")
    assert [one["name"] for one in found["adsets"]["data"]] == [inside[0].name]
    assert len(found["adsets"]["data"][0]["ads"]["data"]) == 1
    following = graph.session.get(found["adsets"]["paging"]["next"], timeout=(1, 5)).json()
    assert [one["id"] for one in following["data"]] == [inside[1].id]
    assert set(following["data"][0]) == {"id", "name", "ads"}


@pytest.mark.parametrize("edge", ["adsets", "ads"])
def test_insights_stand_inside_objects_too(graph: Browser, act: str, edge: str) -> None:
    wish = "id,insights.date_preset(last_7d).fields(spend,impressions){spend,impressions}"
    found = graph.get(f"{act}/{edge}", fields=wish, limit=50)["data"]
    rows = [one["insights"]["data"] for one in found if "insights" in one and one["insights"]["data"]]
    assert rows
    assert all(set(row) == {"spend", "impressions", "date_start", "date_stop"} for many in rows for row in many)
