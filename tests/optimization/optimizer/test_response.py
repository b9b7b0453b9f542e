"""Response curves: the truth is found again where figures tell it, and doubt is kept where they do not."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimization.optimizer.panel import Panel
from optimization.optimizer.response import Levels, fit

DAYS, SETS, PER_SET, ORDER = 28, 20, 3, 60.0


@dataclass(frozen=True)
class World:
    """`roas`: true value per unit of each ad at an ad set spend of `usual` a day."""

    panel: Panel
    roas: np.ndarray
    usual: float
    elasticity: float


def world(seed: int, elasticity: float = 0.67, moves: float = 0.35, usual: float = 200.0, sets: int = SETS) -> World:
    random = np.random.default_rng(seed)
    ads = sets * PER_SET
    set_of = np.repeat(np.arange(sets), PER_SET)
    roas = 2.0 * np.exp(0.5 * random.standard_normal(sets))[set_of] * np.exp(0.4 * random.standard_normal(ads))
    drift = np.cumsum(random.standard_normal((DAYS, sets)) * moves / 3, axis=0)
    budget = usual * np.exp(drift)[:, set_of]
    spend = budget * random.dirichlet(np.full(PER_SET, 8.0), sets).ravel()
    mood = np.exp(0.08 * random.standard_normal(DAYS))[:, None]
    mean = spend * roas * (budget / usual) ** (elasticity - 1) / ORDER * mood
    visible = np.where(np.arange(DAYS) < DAYS - 2, 1.0, 0.8)
    conversions = random.poisson(mean * visible[:, None]).astype(float)
    value = conversions * ORDER
    clicks = random.poisson(spend * 1.5).astype(float)
    panel = Panel(spend, clicks, conversions, value, visible, set_of)
    return World(panel, roas, usual, elasticity)


def truth_at_anchor(one: World, levels: Levels) -> np.ndarray:
    stretched = (levels.anchor / one.usual)[one.panel.set_of] ** (one.elasticity - 1)
    found: np.ndarray = np.log(one.roas * stretched)
    return found


@pytest.mark.parametrize("elasticity", [0.5, 0.67, 0.85])
def test_the_elasticity_is_learned_from_changes_of_spend(elasticity: float) -> None:
    found = [fit(world(seed, elasticity, usual=800.0).panel) for seed in range(3)]
    mean = float(np.mean([one.elasticity for one in found]))
    assert mean == pytest.approx(elasticity, abs=0.06)
    assert all(one.elasticity_spread < 0.07 for one in found)


def test_without_any_change_of_spend_it_stays_the_prior() -> None:
    one = world(1, moves=0.0)
    flat = replace(one.panel, spend=np.broadcast_to(one.panel.spend[0], one.panel.spend.shape))
    levels = fit(flat)
    assert levels.elasticity == pytest.approx(0.7, abs=0.02)
    assert levels.elasticity_spread == pytest.approx(0.1, abs=0.01)


def test_levels_are_nearer_to_the_truth_than_what_is_reported() -> None:
    better = []
    for seed in range(4):
        one = world(seed, usual=25.0)
        levels = fit(one.panel)
        truth = truth_at_anchor(one, levels)
        reported = one.panel.value.sum(axis=0) / one.panel.spend.sum(axis=0)
        raw = np.log(np.maximum(reported, 0.05))
        better.append(float(((levels.mean - truth) ** 2).mean() / ((raw - truth) ** 2).mean()))
    assert np.mean(better) < 0.7


def test_intervals_hold_as_often_as_they_say() -> None:
    inside = []
    for seed in range(8):
        one = world(seed, usual=80.0)
        levels = fit(one.panel)
        apart = (truth_at_anchor(one, levels) - levels.mean) / np.sqrt(levels.variance)
        inside.append(np.abs(apart) < 1.2816)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.08)


def test_an_ad_without_figures_is_believed_to_be_like_its_siblings_and_doubted_more() -> None:
    one = world(3)
    blank = one.panel.spend.copy()
    blank[:, 0] = np.nan
    levels = fit(replace(one.panel, spend=blank))
    assert levels.mean[0] == pytest.approx(levels.mean[1:3].mean(), abs=0.5)
    assert levels.variance[0] > 2 * levels.variance[1]


def test_an_ad_that_never_sold_is_believed_to_be_bad_but_not_worthless() -> None:
    one = world(4)
    nothing = one.panel.conversions.copy()
    nothing[:, 0] = 0.0
    levels = fit(replace(one.panel, conversions=nothing, value=nothing * ORDER))
    assert 0 < levels.expected[0] < 0.5 * one.roas[0]


def test_recent_days_weigh_more() -> None:
    one = world(5, usual=800.0)
    sold = one.panel.conversions.copy()
    sold[-10:, 0] *= 0.3
    after = fit(replace(one.panel, conversions=sold, value=sold * ORDER))
    before = fit(one.panel)
    whole = np.log(sold[:, 0].sum() / one.panel.conversions[:, 0].sum())
    assert after.mean[0] - before.mean[0] < whole - 0.1


def test_a_day_on_which_everybody_sold_more_is_nobodys_merit() -> None:
    one = world(6, usual=800.0)
    sold = one.panel.conversions.copy()
    sold[10] *= 2.0
    lifted = fit(replace(one.panel, conversions=sold, value=sold * ORDER))
    assert lifted.mean == pytest.approx(fit(one.panel).mean, abs=0.06)


def test_draws_come_from_the_posterior() -> None:
    levels = fit(world(7).panel)
    drawn, powers = levels.draws(4_000, np.random.default_rng(1))
    assert np.log(drawn).mean(axis=0) == pytest.approx(levels.mean, abs=0.05)
    assert np.log(drawn).var(axis=0) == pytest.approx(levels.variance, rel=0.15)
    assert powers.mean() == pytest.approx(levels.elasticity, abs=0.01)


def test_nothing_known_breaks_nothing() -> None:
    empty = np.full((DAYS, 4), np.nan)
    levels = fit(Panel(empty, empty, empty, empty, np.ones(DAYS), np.array([0, 0, 1, 1])))
    assert np.isnan(levels.mean).all()
    assert np.isnan(levels.anchor).all()


def test_a_thousand_campaigns_take_seconds() -> None:
    """10,000 ads: the arrays are what takes the time, not the number of objects."""
    one = world(8, sets=2_000).panel
    levels = fit(one)
    assert len(levels.mean) == 6_000
    assert np.isfinite(levels.mean).all()
