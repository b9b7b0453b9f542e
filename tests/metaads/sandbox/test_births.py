"""Made objects are as deterministic and as safe from a kill as all else: same seed and actions, same numbers."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metaads.sandbox.server import make_app
from metaads.sandbox.state import StateError, Store, load_or_create, open_store
from metaads.sandbox.world.account import Live, Truth
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import NOW, Browser
from tests.metaads.sandbox.test_determinism import ahead, same

TINY = WorldOptions(seed=3, accounts=2, campaigns=2, ad_sets=4, ads=8, history_days=3)


def make() -> World:
    return create(TINY, NOW.timestamp(), True)


def act_on(world: World, message: str = "Dry feet") -> dict[str, Any]:
    """Creates and copies through the API, a few hours apart; the ids."""
    graph, here = Browser(make_app(world)), world.accounts[1]
    act = f"act_{here.id}"
    campaign = graph.post(f"{act}/campaigns", **making.campaign(status="ACTIVE"))["id"]
    ad_set = graph.post(f"{act}/adsets", **making.ad_set(here, campaign))["id"]
    ahead(world, 1.5)
    creative = graph.post(f"{act}/adcreatives", **making.creative(here, message=message))["id"]
    ad = graph.post(f"{act}/ads", **making.ad(ad_set, creative))["id"]
    ahead(world, 7)
    copied = graph.post(f"{ad_set}/copies", deep_copy=True, status_option="ACTIVE")["copied_adset_id"]
    graph.post(ad, creative={"creative_id": here.creatives[0].id})
    world.afflict(here.ad_sets[0].id, "flagged_audience")
    return {"campaign": campaign, "ad_set": ad_set, "ad": ad, "copied": copied}


def identical(a: World, b: World) -> bool:
    """All numbers, objects, hidden truth and history."""
    for one, two in zip(a.accounts, b.accounts, strict=True):
        for part in ("truth", "live"):
            for column in fields(Truth if part == "truth" else Live):
                left, right = (getattr(getattr(account, part), column.name) for account in (one, two))
                if not np.array_equal(left, right):
                    return False
        if one.activities != two.activities or one.in_review != two.in_review:
            return False
    return same(a, b)


def test_the_same_creates_at_the_same_times_give_the_same_numbers() -> None:
    first, second, other = make(), make(), make()
    assert act_on(first) == act_on(second)
    act_on(other, message="Warm feet")
    for world in (first, second, other):
        ahead(world, 30)
    assert identical(first, second)
    assert not identical(first, other)


def test_the_quality_of_a_creative_is_in_its_content_not_in_its_moment() -> None:
    first, second = make(), make()
    act_on(first)
    ahead(second, 9)
    graph, here = Browser(make_app(second)), second.accounts[1]
    act = f"act_{here.id}"
    campaign = graph.post(f"{act}/campaigns", **making.campaign(status="ACTIVE"))["id"]
    graph.post(f"{act}/adsets", **making.ad_set(here, campaign))
    assert here.truth.set_cpm[4] == first.accounts[1].truth.set_cpm[4]
    assert here.truth.audience[4] == first.accounts[1].truth.audience[4]


@pytest.mark.parametrize("saved", [False, True])
def test_a_killed_process_loses_no_created_object(tmp_path: Path, saved: bool) -> None:
    """From the snapshot alone, and from an old snapshot and the journal."""
    store = Store(tmp_path)
    world = open_store(store, make)
    ids = act_on(world)
    ahead(world, 5)
    if saved:
        store.save(world)
    store.close()
    again = load_or_create(tmp_path)
    assert identical(again, world)
    assert again.found[ids["copied"]][1].name == world.found[ids["copied"]][1].name
    for one in (again, world):
        ahead(one, 30)
    assert identical(again, world)


def test_creates_go_on_after_a_restart_with_ids_of_their_own(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = act_on(open_store(store, make))
    store.close()
    second = Store(tmp_path)
    world = open_store(second, make)
    later = act_on(world, message="Warm feet")
    second.close()
    assert not set(first.values()) & set(later.values())
    assert len(world.found) == sum(
        len(a.campaigns) + len(a.ad_sets) + len(a.ads) + len(a.creatives) for a in world.accounts
    )


def test_a_state_of_an_older_format_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metaads.sandbox.state.FORMAT", 1)
    Store(tmp_path).save(make())
    monkeypatch.undo()
    with pytest.raises(StateError, match=r"format 1 is not .* Remove the folder"):
        load_or_create(tmp_path)


def test_every_column_says_whether_it_is_per_ad_or_per_ad_set() -> None:
    here = make().accounts[0]
    lengths = {"ad": len(here.ads), "ad set": len(here.ad_sets)}
    for columns in (here.truth, here.live):
        for one in fields(columns):
            assert len(getattr(columns, one.name)) == lengths[one.metadata["per"]], one.name
