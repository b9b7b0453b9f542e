"""Same seed and same actions, same numbers: however the world was driven, and across restarts."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from metaads.sandbox.state import StateError, Store, load_or_create, open_store
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World, create

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TINY = WorldOptions(seed=3, accounts=2, campaigns=2, ad_sets=4, ads=8, history_days=4)


def same(a: World, b: World) -> bool:
    """Whether all numbers and objects of two worlds agree."""
    for one, two in zip(a.accounts, b.accounts, strict=True):
        if one.days != two.days or one.simulated_to != two.simulated_to:
            return False
        if not np.array_equal(one.daily[: one.days], two.daily[: two.days]):
            return False
        if not np.array_equal(one.hourly[: one.days], two.hourly[: two.days]):
            return False
        if (one.campaigns, one.ad_sets, one.ads, one.creatives) != (two.campaigns, two.ad_sets, two.ads, two.creatives):
            return False
        if not np.array_equal(np.sort(one.pending.due), np.sort(two.pending.due)):
            return False
    return a.writes == b.writes


def ahead(world: World, hours: float) -> None:
    world.set_clock(world.clock.now() + hours * 3600)
    world.advance()


def change(world: World, budget: int) -> None:
    ad_set = next(s for s in world.accounts[0].ad_sets if s.daily_budget)
    world.update(ad_set.id, {"daily_budget": budget}, f"r{budget}")


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, second = create(TINY, NOW.timestamp(), True), create(TINY, NOW.timestamp(), True)
    other = create(
        WorldOptions(seed=4, accounts=2, campaigns=2, ad_sets=4, ads=8, history_days=4), NOW.timestamp(), True
    )
    assert same(first, second)
    assert not same(first, other)
    assert first.accounts[0].campaigns[0].id != first.accounts[1].campaigns[0].id


def test_many_small_advances_equal_one_large_one() -> None:
    slow, quick = create(TINY, NOW.timestamp(), True), create(TINY, NOW.timestamp(), True)
    for _ in range(60):
        ahead(slow, 0.1)
    ahead(quick, 6.0)
    slow.set_clock(quick.clock.now())
    slow.advance()
    assert same(slow, quick)


def test_the_same_actions_at_the_same_times_give_the_same_numbers() -> None:
    worlds = [create(TINY, NOW.timestamp(), True) for _ in range(3)]
    for number, world in enumerate(worlds):
        ahead(world, 2)
        if number < 2:
            change(world, 123_00)
        ahead(world, 30)
    assert same(worlds[0], worlds[1])
    assert not same(worlds[0], worlds[2])


def test_a_restart_continues_the_same_history(tmp_path: Path) -> None:
    control = create(TINY, NOW.timestamp(), True)
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    for one in (world, control):
        ahead(one, 5)
        change(one, 77_00)
    store.save(world)
    store.close()
    reopened = load_or_create(tmp_path, seed=99)
    for one in (reopened, control):
        ahead(one, 20)
    assert same(reopened, control)


def test_a_killed_process_loses_no_answered_write(tmp_path: Path) -> None:
    """Nothing is saved at the end: snapshot of the beginning and journal suffice."""
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    ahead(world, 3)
    change(world, 77_00)
    ahead(world, 3)
    change(world, 88_00)
    store.close()
    reopened = load_or_create(tmp_path)
    assert same(reopened, world)
    assert len(reopened.writes) == 2


def test_a_journal_line_cut_off_by_a_kill_is_dropped(tmp_path: Path) -> None:
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    change(world, 77_00)
    store.close()
    journal = tmp_path / "journal.jsonl"
    journal.write_text(journal.read_text() + '{"sequence": 2, "op": "upd')
    reopened = load_or_create(tmp_path)
    assert len(reopened.writes) == 1
    change(reopened, 88_00)


def test_what_is_written_after_a_cut_off_line_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    change(open_store(store, lambda: create(TINY, NOW.timestamp(), True)), 77_00)
    store.close()
    journal = tmp_path / "journal.jsonl"
    journal.write_text(journal.read_text() + '{"sequence": 2, "op": "upd')
    second = Store(tmp_path)
    change(open_store(second, lambda: create(TINY, NOW.timestamp(), True)), 88_00)
    second.close()
    assert [w.after for w in load_or_create(tmp_path).writes] == [{"daily_budget": 77_00}, {"daily_budget": 88_00}]


def test_journal_entries_that_the_snapshot_contains_are_not_done_twice(tmp_path: Path) -> None:
    """The process may die between the new snapshot and the removal of the journal."""
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    change(world, 77_00)
    old = (tmp_path / "journal.jsonl").read_text()
    store.save(world)
    (tmp_path / "journal.jsonl").write_text(old)
    store.close()
    assert len(load_or_create(tmp_path).writes) == 1


def test_two_processes_cannot_have_one_folder(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StateError, match="in use by another sandbox"):
        Store(tmp_path)
    first.close()
    Store(tmp_path).close()


def test_a_broken_state_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "world.npz").write_bytes(b"not a state file")
    with pytest.raises(StateError, match="Remove the folder"):
        load_or_create(tmp_path)


def test_the_clock_and_its_offset_survive_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    ahead(world, 48)
    store.close()
    assert load_or_create(tmp_path).clock.now() == NOW.timestamp() + 48 * 3600


def test_the_journal_holds_plain_json(tmp_path: Path) -> None:
    store = Store(tmp_path)
    change(open_store(store, lambda: create(TINY, NOW.timestamp(), True)), 77_00)
    (entry,) = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert entry["op"] == "update"
    assert entry["changes"] == {"daily_budget": 7700}
    store.close()


def test_copies_of_a_world_are_independent(world: World, own_budget: AdSet) -> None:
    twin = copy.deepcopy(world)
    twin.update(own_budget.id, {"status": "PAUSED"}, "r")
    assert own_budget.status == "ACTIVE"
