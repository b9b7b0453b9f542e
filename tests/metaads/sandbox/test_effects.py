"""The world reacts to what is done to it, and to nothing else."""

import copy

import numpy as np
import pytest

from metaads.sandbox.world import auction, delay, fatigue, learning, noise, rhythm, saturation
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import HOURLY, Metric
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import first_set

HOUR = 3600


def of_the_first(world: World) -> World:
    """The same world without its other accounts: nothing here asks for them, and none touches another's luck."""
    return World(world.options, world.live_from, world.accounts[:1], world.clock)


def ahead(world: World, hours: float) -> None:
    world.set_clock(world.clock.now() + hours * HOUR)
    of_the_first(world).advance()


def totals(account: Account, ad_set: AdSet, metric: Metric) -> int:
    mine = [a.index for a in account.ads if a.ad_set == ad_set.index]
    return int(account.daily[: account.days, mine, metric].sum())


def gains(world: World, ad_set: AdSet, metrics: tuple[Metric, ...], hours: float) -> list[int]:
    """How much of each metric the ad set gains in the next hours of a copy of the world."""
    twin = copy.deepcopy(of_the_first(world))
    before = [totals(twin.accounts[0], ad_set, metric) for metric in metrics]
    ahead(twin, hours)
    return [totals(twin.accounts[0], ad_set, metric) - had for metric, had in zip(metrics, before, strict=True)]


def gained(world: World, ad_set: AdSet, metric: Metric, hours: float = 48) -> int:
    return gains(world, ad_set, (metric,), hours)[0]


def test_a_pause_stops_delivery_at_once_and_activation_resumes_it(world: World, own_budget: AdSet) -> None:
    assert gained(world, own_budget, Metric.IMPRESSIONS) > 0
    world.update(own_budget.id, {"status": "PAUSED"}, "r")
    assert gained(world, own_budget, Metric.IMPRESSIONS) == 0
    world.update(own_budget.id, {"status": "ACTIVE"}, "r")
    assert gained(world, own_budget, Metric.IMPRESSIONS) > 0


def test_a_pause_changes_no_other_ad_set_s_luck(world: World, own_budget: AdSet) -> None:
    other = first_set(world, lambda s, c: s.index != own_budget.index and s.daily_budget is not None)
    before = gained(world, other, Metric.CLICKS, hours=6)
    world.update(own_budget.id, {"status": "PAUSED"}, "r")
    assert gained(world, other, Metric.CLICKS, hours=6) == before


def test_twice_the_budget_buys_less_than_twice_the_impressions(world: World, own_budget: AdSet) -> None:
    asked = Metric.SPEND, Metric.IMPRESSIONS
    spend, shown = gains(world, own_budget, asked, 96)
    budget = own_budget.daily_budget or 0
    world.update(own_budget.id, {"daily_budget": 2 * budget}, "r")
    dearer, more = gains(world, own_budget, asked, 96)
    assert dearer / spend == pytest.approx(2.0, rel=0.05)
    assert 1.4 < more / shown < 1.85


def test_a_campaign_budget_moves_to_the_ad_sets_that_still_run(world: World, shared_budget: AdSet) -> None:
    siblings = [
        s
        for s in world.accounts[0].ad_sets
        if s.campaign == shared_budget.campaign and s is not shared_budget and s.status == "ACTIVE"
    ]
    before = sum(gained(world, s, Metric.SPEND) for s in siblings)
    world.update(shared_budget.id, {"status": "PAUSED"}, "r")
    assert sum(gained(world, s, Metric.SPEND) for s in siblings) > before


def test_no_day_spends_more_than_three_quarters_over_its_budget(world: World) -> None:
    ahead(world, 72)
    account = world.accounts[0]
    for ad_set in account.ad_sets:
        if ad_set.daily_budget:
            mine = [a.index for a in account.ads if a.ad_set == ad_set.index]
            days = account.daily[: account.days, mine, Metric.SPEND].sum(axis=1)
            assert days.max() <= ad_set.daily_budget * 1.75 + len(mine)


def test_a_lifetime_budget_is_never_overspent_and_ends_delivery(world: World, own_budget: AdSet) -> None:
    spent = int(world.accounts[0].live.spent_ever[own_budget.index])
    before = totals(world.accounts[0], own_budget, Metric.SPEND)
    end = int(world.clock.now()) + 5 * 86_400
    own_budget.daily_budget, own_budget.lifetime_budget, own_budget.end = None, spent + 3000, end
    world.accounts[0].settings = None
    twin = copy.deepcopy(of_the_first(world))
    ahead(twin, 24 * 6)
    shown = totals(twin.accounts[0], own_budget, Metric.IMPRESSIONS)
    ahead(twin, 24 * 2)
    assert totals(twin.accounts[0], own_budget, Metric.SPEND) - before <= 3000 * 1.2
    assert totals(twin.accounts[0], own_budget, Metric.IMPRESSIONS) == shown


@pytest.mark.parametrize(("factor", "restarts"), [(1.19, False), (1.2, False), (1.3, True), (0.7, True), (0.85, False)])
def test_only_large_budget_changes_restart_learning(
    world: World, own_budget: AdSet, factor: float, restarts: bool
) -> None:
    live = world.accounts[0].live
    live.learning[own_budget.index] = learning.SUCCESS
    before = live.since[own_budget.index]
    world.update(own_budget.id, {"daily_budget": round((own_budget.daily_budget or 0) * factor)}, "r")
    assert bool(live.learning[own_budget.index] == learning.LEARNING) is restarts
    assert bool(live.since[own_budget.index] > before) is restarts


def test_a_pause_of_a_week_restarts_learning_and_a_short_one_does_not(world: World, own_budget: AdSet) -> None:
    world = of_the_first(world)
    live = world.accounts[0].live
    for days, restarts in ((2, False), (8, True)):
        live.learning[own_budget.index] = learning.SUCCESS
        world.update(own_budget.id, {"status": "PAUSED"}, "r")
        ahead(world, 24 * days)
        world.update(own_budget.id, {"status": "ACTIVE"}, "r")
        assert bool(live.learning[own_budget.index] == learning.LEARNING) is restarts


def test_learning_ends_at_fifty_results_or_is_limited_after_a_week() -> None:
    state = np.full(3, learning.LEARNING)
    since = np.zeros(3, dtype=np.int64)
    results = np.array([50.0, 49.0, 49.0])
    week = 7 * 86_400
    assert learning.progress(state, results, since, week - 1).tolist() == [
        learning.SUCCESS,
        learning.LEARNING,
        learning.LEARNING,
    ]
    assert learning.progress(state, results, since, week).tolist() == [learning.SUCCESS, learning.FAIL, learning.FAIL]


def test_purchases_of_past_days_are_restated_upwards_and_deliveries_never(world: World) -> None:
    account = world.accounts[0]
    before = account.daily[: account.days].copy()
    today = account.days
    ahead(world, 24)
    after = account.daily[: today - 1]
    sold = [m for m in Metric if m.name.startswith(("PURCHASES", "VALUE"))]
    corrected = [Metric.SPEND, Metric.CLICKS, Metric.LINK_CLICKS]
    assert (after[:, :, sold] >= before[:-1][:, :, sold]).all()
    assert after[:, :, Metric.PURCHASES].sum() > before[:-1, :, Metric.PURCHASES].sum()
    settled = [m for m in Metric if m not in sold + corrected]
    assert np.array_equal(after[:-1, :, settled], before[: today - 2][:, :, settled])


def test_half_of_the_purchases_show_at_once_and_all_within_a_week() -> None:
    which = np.linspace(0.0005, 0.9995, 1000)
    how_long = np.random.default_rng(1).random(1000)
    hours = delay.seconds(which, how_long) / 3600
    assert hours.min() >= 0
    assert hours.max() <= 168
    assert 0.45 < (hours < 2).mean() < 0.65
    assert delay.visible_share(1) < delay.visible_share(24) < delay.visible_share(168) == pytest.approx(1.0)
    assert (hours < 24).mean() == pytest.approx(delay.visible_share(24), abs=0.03)


def test_clicks_wear_off_with_exposure_but_not_below_a_floor() -> None:
    none, ages = np.zeros(3), np.zeros(3)
    wear = np.full(3, 0.1)
    factors = fatigue.click_factor(np.array([0.0, 5.0, 500.0]), wear, none, ages)
    assert factors[0] == 1.0
    assert 0.5 < factors[1] < 0.7
    assert factors[2] == pytest.approx(0.2)
    assert fatigue.forget(np.array([4.0]), 21 * 24)[0] == pytest.approx(2.0)


def test_reach_saturates_and_never_exceeds_impressions() -> None:
    people = np.full(4, 1000.0)
    reached = saturation.reach(np.array([0.0, 1.0, 1000.0, 50_000.0]), people)
    assert reached[0] == 0
    assert reached[1] == 1
    assert 600 < reached[2] < 700
    assert reached[3] == 1000
    assert saturation.sale_factor(np.array([1.0, 30.0])).tolist() == [1.0, pytest.approx(1 / 2.35)]


def test_money_splits_by_weight_and_nothing_is_lost() -> None:
    got = auction.split(np.array([90.0, 30.0, 0.0]), np.array([0, 0, 1]), np.array([1.0, 2.0, 0.0]))
    assert got.tolist() == [30.0, 60.0, 0.0]


def test_a_lower_bid_cap_spends_less() -> None:
    factor = auction.bid_factor(np.array([np.nan, 100.0, 50.0]), np.full(3, 100.0))
    assert factor[0] == factor[1] == 1.0
    assert factor[2] < 0.5


def test_hours_of_a_day_share_one_and_differ_about_tenfold() -> None:
    assert rhythm.SHARE.sum() == pytest.approx(1.0)
    assert 4 < rhythm.SHARE.max() / rhythm.SHARE.min() < 10


def test_counts_have_the_mean_and_spread_of_poisson() -> None:
    uniform = (np.arange(20_000) + 0.5) / 20_000
    for mean in (0.3, 4.0, 39.0, 41.0, 900.0):
        drawn = noise.counts(np.full(20_000, mean), uniform)
        assert drawn.mean() == pytest.approx(mean, rel=0.01)
        assert drawn.var() == pytest.approx(mean, rel=0.03)
    assert noise.counts(np.array([0.0, -1.0]), np.array([0.99, 0.5])).tolist() == [0.0, 0.0]


def test_hours_add_up_to_days_also_where_the_clock_changes(world: World) -> None:
    """Berlin has 25 hours on 2026-10-25, New York on 2026-11-01; both lie in the history."""
    for account in world.accounts:
        by_hour = account.hourly[: account.days].sum(axis=(1, 2))
        by_day = account.daily[: account.days][:, :, list(HOURLY)].sum(axis=1)
        assert np.array_equal(by_hour, by_day)
    berlin = world.accounts[0].hourly[: world.accounts[0].days].sum(axis=2)[:, :, 0]
    assert (berlin[1:-1] > 0).all(axis=1).sum() >= 28
