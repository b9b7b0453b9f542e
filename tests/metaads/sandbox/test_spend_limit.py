"""The account's spending limit: written in major units, read in minor ones, ten times a day, and it really stops."""

from pathlib import Path

import pytest

from metaads.sandbox.state import Store, load_or_create, open_store
from metaads.sandbox.world import limits
from metaads.sandbox.world.account import Account
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


def test_a_limit_is_written_in_euros_and_read_in_cents(graph: Browser, act: str, here: Account) -> None:
    assert graph.post(act, spend_cap="123456.78") == {"success": True}
    assert graph.get(act, fields="spend_cap")["spend_cap"] == "12345678"
    row = here.activities[-1]
    assert (row.event_type, row.object_type) == ("ad_account_update_spend_limit", "ACCOUNT")
    graph.post(act, spend_cap_action="delete")
    assert graph.get(act, fields="spend_cap")["spend_cap"] == "0"


def test_wrong_limits_are_refused(graph: Browser, act: str, here: Account) -> None:
    assert graph.refused("POST", act, spend_cap="1") == (100, None)
    assert graph.refused("POST", act, spend_cap="12.345") == (100, None)
    assert graph.refused("POST", act, spend_cap="-5") == (100, None)
    assert graph.refused("POST", act, spend_cap="NaN") == (100, None)
    assert graph.refused("POST", act, spend_cap_action="raise") == (100, None)
    assert graph.refused("POST", act, name="New name") == (100, None)
    assert here.health.spend_cap == 0


def test_the_eleventh_change_of_a_day_is_refused_until_tomorrow(graph: Browser, act: str, controls: Controls) -> None:
    for step in range(10):
        assert graph.post(act, spend_cap=str(100_000 + step)) == {"success": True}
    assert graph.refused("POST", act, spend_cap="200000") == (17, 1885172)
    controls.advance(24)
    assert graph.post(act, spend_cap="200000") == {"success": True}


def test_a_reset_counts_from_now_on(graph: Browser, act: str, here: Account) -> None:
    graph.post(act, spend_cap="100000")
    graph.post(act, spend_cap_action="reset")
    assert here.health.cap_from == limits.spent(here) > 0
    assert graph.get(act, fields="amount_spent,spend_cap") == {
        "amount_spent": "0", "spend_cap": "10000000", "id": act,
    }  # fmt: skip


def test_a_limit_survives_a_kill(tmp_path: Path) -> None:
    store = Store(tmp_path)
    world = open_store(store, making.quick_world)
    world.limit_spending(world.accounts[0], 77_000_00)
    store.close()
    assert load_or_create(tmp_path).accounts[0].health.spend_cap == 77_000_00
