"""The account's change history: what our calls do, what people and Meta do, and that a kill loses none of it."""

from dataclasses import astuple
from pathlib import Path

from metaads.sandbox.state import Store, load_or_create, open_store
from metaads.sandbox.world import activity
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox.conftest import NOW, Browser

TINY = WorldOptions(seed=3, accounts=2, campaigns=2, ad_sets=4, ads=8, history_days=2)


def test_an_accepted_write_is_one_activity_of_the_system_user_for_each_value(
    graph: Browser, world: World, own_budget: AdSet
) -> None:
    known = len(world.accounts[0].activities)
    graph.post(own_budget.id, daily_budget="4200", status="PAUSED")
    rows = {row.event_type: row for row in world.accounts[0].activities[known:]}
    assert set(rows) == {"update_ad_set_budget", "update_ad_set_run_status"}
    row = rows["update_ad_set_budget"]
    assert row.extra["new_value"] == 4200
    assert row.actor_id == graph.get("me")["id"]
    assert row.application_id == graph.box.api.credentials.app_id
    assert (row.object_id, row.object_type, row.at) == (own_budget.id, "ADSET", int(NOW.timestamp()))


def test_what_was_only_checked_refused_or_left_as_it_was_is_no_activity(
    graph: Browser, world: World, own_budget: AdSet
) -> None:
    known = len(world.accounts[0].activities)
    graph.post(own_budget.id, status="PAUSED", execution_options=["validate_only"])
    graph.refused("POST", own_budget.id, daily_budget="1")
    graph.post(own_budget.id, status=own_budget.status)
    assert len(world.accounts[0].activities) == known


def test_a_person_s_edit_is_told_apart_from_ours(world: World, own_budget: AdSet) -> None:
    account = world.accounts[0]
    activity.note(account, 1_800_000_000, own_budget, {"name": "Old"}, {"name": "New"})
    row = account.activities[-1]
    assert (row.event_type, row.application_name) == ("update_ad_set_name", "Ads Manager")
    assert row.actor_id != activity.system_user(world.options.seed).id


def test_activities_survive_a_kill(tmp_path: Path) -> None:
    store = Store(tmp_path)
    world = open_store(store, lambda: create(TINY, NOW.timestamp(), True))
    ad_set = world.accounts[0].ad_sets[0]
    world.update(ad_set.id, {"name": "before the snapshot"}, "r1")
    store.save(world)
    world.update(ad_set.id, {"name": "in the journal"}, "r2")
    store.close()
    again = load_or_create(tmp_path)
    assert [astuple(a) for a in again.accounts[0].activities] == [astuple(a) for a in world.accounts[0].activities]
    assert [a.extra["new_value"] for a in again.accounts[0].activities[-2:]] == [
        "before the snapshot", "in the journal",
    ]  # fmt: skip
