"""The truth is right, and cannot be read where clients read."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from metaads.sandbox import truth
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox.conftest import HOST, NOW, Browser
from tests.sandbox_adapter import Controls


@pytest.fixture(scope="module")
def calm() -> Account:
    """An account without seasons: what it does follows from the hidden quality alone."""
    options = WorldOptions(seed=11, accounts=1, campaigns=6, ad_sets=12, ads=24, history_days=20, seasonality=False)
    return create(options, NOW.timestamp(), True).accounts[0]


def test_ads_that_are_better_in_truth_do_better_in_figures(calm: Account) -> None:
    sums = calm.daily[: calm.days].sum(axis=0).astype(np.float64)
    spent = sums[:, Metric.SPEND] > 20_000
    seen = sums[spent, Metric.VALUE] / sums[spent, Metric.SPEND]
    true = np.array([one.roas for one in truth.ads(calm)])[spent]
    assert spent.sum() >= 8
    assert np.corrcoef(seen, true)[0, 1] > 0.8
    assert 0.6 < np.median(seen[true > 0] / true[true > 0]) < 1.6


def test_the_best_split_earns_more_than_the_present_one_and_spends_the_same(calm: Account) -> None:
    sets = truth.ad_sets(calm)
    total = sum(one.usual for one in sets)
    best = truth.best_split(sets, total)
    assert sum(best.values()) == pytest.approx(total, rel=1e-6)
    earned = sum(one.value(best[one.ad_set_id]) for one in sets)
    assert earned > 1.05 * sum(one.value(one.usual) for one in sets)


def test_no_other_split_beats_the_best_one(calm: Account) -> None:
    sets = truth.ad_sets(calm)
    total = sum(one.usual for one in sets)
    best = truth.best_split(sets, total)
    earned = sum(one.value(best[one.ad_set_id]) for one in sets)
    random = np.random.default_rng(3)
    for _ in range(200):
        share = random.dirichlet(np.ones(len(sets)))
        assert sum(one.value(total * part) for one, part in zip(sets, share, strict=True)) <= earned * (1 + 1e-9)


def test_bounds_of_each_ad_set_are_kept(calm: Account) -> None:
    sets = truth.ad_sets(calm)
    total = sum(one.usual for one in sets)
    best = truth.best_split(sets, total, least=500.0, most=0.5 * total)
    assert min(best.values()) >= 500.0
    assert max(best.values()) <= 0.5 * total


def test_where_the_last_unit_earns_itself_back_profit_is_greatest(calm: Account) -> None:
    sets = truth.ad_sets(calm)
    spends = truth.best_profit(sets)
    for one in sets:
        spend = spends[one.ad_set_id]
        profit = one.value(spend) - spend
        assert profit >= one.value(spend * 1.1) - spend * 1.1
        assert profit >= one.value(spend * 0.9) - spend * 0.9


def test_maturity_grows_to_one() -> None:
    assert truth.maturity(1) < truth.maturity(24) < truth.maturity(168) == pytest.approx(1.0)


def test_the_control_path_tells_the_truth_and_the_graph_path_does_not(
    graph: Browser, controls: Controls, world: World, act: str
) -> None:
    told = controls("GET", "truth", account=act)["ads"]
    assert len(told) == len(world.accounts[0].ads)
    address = f"{HOST}/_sandbox/truth?account={act}"
    assert graph.session.get(address, timeout=(1, 5)).status_code == 403
    for path in ("_sandbox/truth", "truth", f"{act}/truth"):
        assert graph.send("GET", path).status_code >= 400


def bodies(graph: Browser, world: World, act: str) -> Iterator[Any]:
    """What a curious client can read: every node and edge of an account with all fields that are known."""
    account = world.accounts[0]
    nodes = [act, account.campaigns[0].id, account.ad_sets[0].id, account.ads[0].id, account.creatives[0].id]
    for node in (*nodes, account.pixel):
        yield graph.get(node)
        for edge in ("campaigns", "adsets", "ads", "adcreatives", "insights", "activities", "adspixels", "stats"):
            yield graph.get(f"{node}/{edge}", limit="100")
    yield graph.get(f"{act}/insights", level="ad", fields="ad_id,actions,action_values,purchase_roas", limit="100")


def test_no_name_and_no_number_of_the_truth_leaks_through_the_graph(graph: Browser, world: World, act: str) -> None:
    account = world.accounts[0]
    text = json.dumps(list(bodies(graph, world, act)))
    assert len(text) > 10_000
    for name in type(account.truth).__slots__:
        if name not in ("audience", "views"):
            assert f'"{name}"' not in text, name
    hidden = (account.truth.click_rate, account.truth.sale_rate, account.truth.order_value, account.truth.appeal)
    for number in np.concatenate(hidden):
        assert number == round(number, 3) or f"{number:.7g}" not in text


@pytest.mark.parametrize("field", ["truth", "sale_rate", "click_rate", "hidden_quality", "order_value", "happenings"])
def test_hidden_fields_are_unknown_fields(graph: Browser, world: World, field: str) -> None:
    for node in (world.accounts[0].ads[0].id, world.accounts[0].ad_sets[0].id, f"act_{world.accounts[0].id}"):
        assert graph.refused("GET", node, fields=field)[0] == 100
