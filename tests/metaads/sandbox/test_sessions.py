"""Asynchronous batches: large copies that one request refuses, asked about until they are done."""

import json
from typing import Any

import pytest

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
def large(world: World, own_budget: AdSet, graph: Browser) -> AdSet:
    """An ad set of five ads: too large for a copy in one call."""
    first = world.accounts[0].ads[own_budget.index]
    for _ in range(5 - sum(1 for ad in world.accounts[0].ads if ad.ad_set == own_budget.index)):
        graph.post(f"{first.id}/copies")
    return own_budget


def ask(name: str, path: str, **body: str) -> dict[str, Any]:
    return {"method": "POST", "relative_url": path, "name": name, "body": "&".join(f"{k}={v}" for k, v in body.items())}


def test_a_copy_too_large_for_one_call_is_made_asynchronously(graph: Browser, world: World, large: AdSet) -> None:
    assert graph.refused("POST", f"{large.id}/copies", deep_copy=True) == (100, 1885194)
    (session,) = graph.post("", asyncbatch=[ask("copy", f"{large.id}/copies", deep_copy="true")])["async_sessions"]
    assert session["name"] == "copy"
    assert graph.get(session["id"])["status"] == "IN_PROGRESS"
    done = graph.get(session["id"])
    assert done["status"] == "COMPLETED"
    answer = json.loads(done["result"])
    assert [row["ad_object_type"] for row in answer["ad_object_ids"]].count("ad") == 5
    assert answer["copied_adset_id"] in world.found


def test_a_failed_session_says_why(graph: Browser, large: AdSet) -> None:
    asked = [ask("good", f"{large.id}/copies"), ask("bad", f"{large.id}/copies", status_option="ARCHIVED")]
    good, bad = graph.post("", asyncbatch=asked)["async_sessions"]
    for session in (good, bad):
        graph.get(session["id"])
    assert graph.get(good["id"])["status"] == "COMPLETED"
    failed = graph.get(bad["id"])
    assert (failed["status"], failed["error_code"]) == ("FAILED", 100)
    assert "status_option" in failed["exception"]


@pytest.mark.parametrize(
    "items",
    [
        [{"method": "POST", "relative_url": "1/copies"}],
        [ask("a", "1/copies"), ask("a", "2/copies")],
        [ask("a", "{result=b:$.id}/copies")],
        ["copy"],
    ],
)
def test_requests_without_a_name_of_their_own_or_with_dependencies_are_refused(
    graph: Browser, items: list[object]
) -> None:
    assert graph.refused("POST", "", asyncbatch=items) == (100, None)


def test_a_session_is_forgotten_after_a_week(graph: Browser, large: AdSet, controls: Controls) -> None:
    (session,) = graph.post("", asyncbatch=[ask("copy", f"{large.id}/copies")])["async_sessions"]
    controls.advance(7 * 24 + 1)
    assert graph.refused("GET", session["id"]) == (100, 33)


def test_more_than_fifty_one_ads_are_too_many_even_then(graph: Browser, world: World, here: Account, act: str) -> None:
    campaign = here.campaigns[0]
    for _ in range(52):
        graph.post(f"{act}/ads", **making.ad(here.ad_sets[0].id if _ % 2 else here.ad_sets[4].id, here.creatives[0].id))
    (session,) = graph.post("", asyncbatch=[ask("c", f"{campaign.id}/copies", deep_copy="1")])["async_sessions"]
    graph.get(session["id"])
    failed = graph.get(session["id"])
    assert json.loads(failed["result"])["error"]["error_subcode"] == 1885194


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]
