"""Creatives: the same content is the same creative, content never changes, and what is shown can't be deleted."""

import pytest

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import Browser


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


def test_identical_content_gives_the_existing_id_whatever_its_name(graph: Browser, here: Account, act: str) -> None:
    first = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    assert graph.post(f"{act}/adcreatives", **making.creative(here, name="Other name"))["id"] == first
    assert graph.post(f"{act}/adcreatives", **making.creative(here, message="Other text"))["id"] != first
    assert len(here.creatives) == 26


@pytest.mark.parametrize("shape", ["video", "image"])
def test_a_creative_that_was_always_there_is_found_by_its_story_too(
    graph: Browser, here: Account, act: str, shape: str
) -> None:
    known = next(c for c in here.creatives if c.shape == shape)
    story = graph.get(known.id, fields="object_story_spec")["object_story_spec"]
    found = graph.post(f"{act}/adcreatives", object_story_spec=story)["id"]
    same = [c.id for c in here.creatives if graph.get(c.id, fields="object_story_spec")["object_story_spec"] == story]
    assert found in same
    assert len(here.creatives) == 24


def test_only_name_and_status_of_a_creative_change(graph: Browser, here: Account, act: str) -> None:
    made = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    assert graph.post(made, name="Renamed") == {"success": True}
    assert graph.get(made, fields="name")["name"] == "Renamed"
    assert graph.refused("POST", made, title="New title") == (100, None)
    story = making.creative(here, message="New")["object_story_spec"]
    assert graph.refused("POST", made, object_story_spec=story) == (100, None)


def test_a_creative_goes_only_when_no_ad_shows_it(graph: Browser, here: Account, act: str) -> None:
    made = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    ad = graph.post(f"{act}/ads", **making.ad(here.ad_sets[0].id, made))["id"]
    assert graph.refused("DELETE", made) == (100, None)
    graph.send("DELETE", ad)
    assert graph.send("DELETE", made).json() == {"success": True}
    assert graph.get(made, fields="status")["status"] == "DELETED"
    assert made not in {row["id"] for row in graph.get(f"{act}/adcreatives", limit="100")["data"]}
    again = graph.post(f"{act}/adcreatives", **making.creative(here))["id"]
    assert again != made


def test_an_ad_may_bring_its_creative_along(graph: Browser, here: Account, act: str) -> None:
    spec = making.creative(here, message="Inline")
    ad = graph.post(f"{act}/ads", **making.ad(here.ad_sets[0].id, "", creative=spec))["id"]
    assert graph.get(ad, fields="creative{body}")["creative"]["body"] == "Inline"


def test_carousels_and_films_are_told_from_images(graph: Browser, here: Account, act: str) -> None:
    page = str(104_000_000_000_000)
    link = {"link": "https://shop.example", "child_attachments": [{"link": "https://shop.example/1"}]}
    film = {"video_id": "77", "call_to_action": {"type": "SHOP_NOW", "value": {"link": "https://shop.example"}}}
    kinds = []
    for story in ({"link_data": link}, {"video_data": film}):
        made = graph.post(f"{act}/adcreatives", name="x", object_story_spec={"page_id": page, **story})["id"]
        kinds.append(graph.get(made, fields="object_type")["object_type"])
    assert kinds == ["SHARE", "VIDEO"]
    assert [c.shape for c in here.creatives[-2:]] == ["carousel", "video"]
