"""Paging as in Meta's answers: only a missing `next` ends a list."""

import pytest

from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


@pytest.mark.parametrize("limit", [1, 5, 24, 25])
def test_following_next_gives_every_ad_exactly_once(graph: Browser, world: World, act: str, limit: int) -> None:
    ids = [row["id"] for page in graph.pages(f"{act}/ads", limit=limit) for row in page]
    assert sorted(ids) == sorted(a.id for a in world.accounts[0].ads)


def test_the_last_page_has_cursors_but_no_next(graph: Browser, act: str) -> None:
    paging = graph.get(f"{act}/ads", limit=100)["paging"]
    assert "next" not in paging
    assert paging["cursors"]["after"]


def test_the_default_page_has_25_rows(graph: Browser, act: str) -> None:
    fields = "ad_id,impressions"
    page = graph.get(f"{act}/insights", level="ad", time_increment=1, fields=fields)
    assert len(page["data"]) == 25
    assert "next" in page["paging"]


def test_before_leads_back(graph: Browser, act: str) -> None:
    first = graph.get(f"{act}/ads", limit=5)
    second = graph.get(f"{act}/ads", limit=5, after=first["paging"]["cursors"]["after"])
    back = graph.get(f"{act}/ads", limit=5, before=second["paging"]["cursors"]["before"])
    assert back["data"] == first["data"] != second["data"]


def test_next_repeats_the_token_only_when_it_was_a_parameter(graph: Browser, act: str) -> None:
    assert "access_token" not in graph.get(f"{act}/ads", limit=1)["paging"]["next"]
    token = graph.box.api.credentials.token
    assert token in graph.get(f"{act}/ads", limit=1, access_token=token)["paging"]["next"]


def test_an_empty_page_may_have_a_next(graph: Browser, act: str, controls: Controls, world: World) -> None:
    controls.fault("empty_page", path="/ads$")
    pages = list(graph.pages(f"{act}/ads", limit=10))
    assert pages[0] == []
    assert sum(len(page) for page in pages) == len(world.accounts[0].ads)


def test_a_strange_cursor_and_a_huge_limit_are_refused(graph: Browser, act: str) -> None:
    assert graph.refused("GET", f"{act}/ads", after="###") == (100, None)
    assert graph.refused("GET", f"{act}/ads", limit=100000) == (100, None)


def test_a_row_may_come_twice_when_asked_for(graph: Browser, act: str, controls: Controls) -> None:
    controls.fault("duplicate_rows")
    ids = [row["id"] for row in graph.get(f"{act}/ads", limit=5)["data"]]
    assert len(ids) == 6
    assert ids[0] == ids[1]
