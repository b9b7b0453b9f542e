"""Many accounts, cheaply: simulated once asked for, with the same numbers as if they had been all along."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from metaads.sandbox.server import make_app
from metaads.sandbox.world.columns import HOURLY
from metaads.sandbox.world.options import MARKETS, WorldOptions, market, sized
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox.conftest import Browser

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
FEW = WorldOptions(seed=3, accounts=11, campaigns=2, ad_sets=3, ads=4, history_days=3)


def test_a_lazy_world_has_the_numbers_of_an_eager_one() -> None:
    eager, lazy = (create(replace(FEW, lazy=on), NOW.timestamp(), True) for on in (False, True))
    start = lazy.accounts[4].simulated_to
    for world in (eager, lazy):
        world.set_clock(NOW.timestamp() + 7200)
        world.advance(world.accounts[4])
    one, two = eager.accounts[4], lazy.accounts[4]
    assert np.array_equal(one.daily[: one.days], two.daily[: two.days])
    assert two.simulated_to == one.simulated_to > start
    assert lazy.accounts[5].simulated_to == start, "nobody asked for it"


def test_a_call_wakes_its_account_only() -> None:
    world = create(replace(FEW, lazy=True), NOW.timestamp(), True)
    start = world.accounts[0].simulated_to
    graph = Browser(make_app(world))
    assert graph.get(f"act_{world.accounts[2].id}/insights", date_preset="yesterday")["data"]
    awake = [account.number for account in world.accounts if account.simulated_to > start]
    assert awake == [2]


def test_a_write_to_a_sleeping_account_comes_after_its_past() -> None:
    world = create(replace(FEW, lazy=True), NOW.timestamp(), True)
    ad_set = world.accounts[1].ad_sets[0]
    world.update(ad_set.id, {"status": "PAUSED"}, "r")
    assert world.accounts[1].simulated_to > NOW.timestamp() - 1000
    assert world.accounts[1].live.spent_ever.sum() > 0


def test_two_thousand_accounts_are_made_in_seconds() -> None:
    started = time.process_time()
    world = create(sized("crowd", 7), NOW.timestamp(), True)
    assert len({account.id for account in world.accounts}) == 2000
    assert time.process_time() - started < 20
    assert market(len(MARKETS)).name == "Northwind EU 2"


@pytest.fixture(scope="module")
def everywhere() -> World:
    return create(FEW, NOW.timestamp(), True)


@pytest.mark.parametrize("number", range(len(MARKETS)))
def test_days_are_whole_in_every_zone_and_money_whole_in_every_currency(everywhere: World, number: int) -> None:
    account = everywhere.accounts[number]
    by_hour = account.hourly[: account.days].sum(axis=(1, 2))
    by_day = account.daily[: account.days][:, :, list(HOURLY)].sum(axis=1)
    assert np.array_equal(by_hour, by_day)
    assert by_day[1:-1].min() > 0
    assert account.local(everywhere.live_from - 86_400 * 3).toordinal() == account.first_day
    budgets = [s.daily_budget for s in account.ad_sets if s.daily_budget]
    euros = np.array(budgets) / account.market.offset / account.market.rate
    assert ((euros > 5) & (euros < 1000)).all()
