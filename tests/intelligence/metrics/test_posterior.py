"""The posterior: calibrated on simulated accounts, shrunk to the parent, unknown where the data are."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import resolve
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.posterior import Beliefs, is_rate

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENTITIES = 2000
UNLIKE = [(300.0, n) for n in (3.0, 6.0, 9.0, 15.0, 24.0, 30.0)]
"""Spend and conversions of six ad sets whose true CPAs surely differ."""


def frame(parents: Any, **columns: Any) -> Frame:
    made: dict[str, Any] = {f"{name}_7d": np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    made["parent_id"] = np.asarray(parents).astype(np.str_)
    return Frame(1, "adset", NOW, NOW, np.arange(len(made["parent_id"])).astype(np.str_), made)


def above(data: Frame, name: str, threshold: Any) -> Numbers:
    belief = Beliefs(data).of(resolve(name))
    assert belief is not None
    return belief.above(threshold)


def world(
    seed: int, campaigns: int, spend: float, entities: int = ENTITIES
) -> tuple[np.random.Generator, Frame, dict[str, Numbers]]:
    """An account whose true rates are known: campaigns differ, ad sets in them differ, orders are heavy-tailed."""
    chance = np.random.default_rng(seed)

    def spread(squared_variation: float, count: int) -> Numbers:
        return chance.gamma(1 / squared_variation, squared_variation, count)

    parents = chance.integers(0, campaigns, entities)
    rate = 0.05 * spread(0.15, campaigns)[parents] * spread(0.2, entities)
    spent = chance.lognormal(np.log(spend), 1, entities)
    conversions = chance.poisson(rate * spent)
    order = 60 * spread(0.04, entities)
    sigma = np.sqrt(np.log(1 + 1.2**2))
    orders = zip(order, conversions, strict=True)
    value = [mean * np.exp(chance.normal(-(sigma**2) / 2, sigma, n)).sum() for mean, n in orders]
    impressions = chance.poisson(chance.lognormal(np.log(1500), 1, entities)) + 1
    share = np.minimum(0.012 * spread(0.1, campaigns)[parents] * spread(0.1, entities), 1)
    data = frame(
        parents, spend=spent, conversions=conversions, conversion_value=value, impressions=impressions,
        clicks=chance.binomial(impressions, share),
    )  # fmt: skip
    return chance, data, {"cpa_7d": 1 / rate, "roas_7d": rate * order, "ctr_7d": share * 100}


@pytest.mark.parametrize("name", ["cpa_7d", "roas_7d", "ctr_7d"])
@pytest.mark.parametrize(("campaigns", "spend"), [(60, 150.0), (400, 40.0), (1, 150.0)])
def test_what_is_called_so_probable_holds_so_often(name: str, campaigns: int, spend: float) -> None:
    """The reliability diagram of 12 accounts of 2,000 entities: in each tenth, said and true differ under 0.05."""
    said, held = [], []
    for seed in range(12):
        chance, data, truth = world(seed, campaigns, spend)
        threshold = np.median(truth[name]) * np.exp(chance.normal(0, 0.6, ENTITIES))
        said.append(above(data, name, threshold))
        held.append(truth[name] > threshold)
    probability, true = np.concatenate(said), np.concatenate(held)
    tenth = np.minimum((probability * 10).astype(int), 9)
    errors = [abs(float(probability[tenth == i].mean() - true[tenth == i].mean())) for i in range(10)]
    weights = [float((tenth == i).mean()) for i in range(10)]
    assert min(np.bincount(tenth)) >= 200
    assert max(errors) < 0.05
    assert sum(e * w for e, w in zip(errors, weights, strict=True)) < 0.02


@pytest.mark.parametrize(("entities", "campaigns", "spend"), [(60, 6, 15.0), (6, 2, 150.0)])
@pytest.mark.parametrize("name", ["cpa_7d", "roas_7d"])
def test_small_accounts_are_not_too_sure_of_themselves(name: str, entities: int, campaigns: int, spend: float) -> None:
    """Sixty ad sets of about one order each, or six in all: how rates differ is hardly told by the account itself."""
    said, held = [], []
    for seed in range(1800 // entities):
        chance, data, truth = world(1000 + seed, campaigns, spend, entities)
        threshold = np.median(truth[name]) * np.exp(chance.normal(0, 0.6, entities))
        said.append(above(data, name, threshold))
        held.append(truth[name] > threshold)
    probability, true = np.concatenate(said), np.concatenate(held)
    sure, right = np.maximum(probability, 1 - probability), np.where(probability > 0.5, true, ~true)
    apart = [abs(float(sure[part].sum() - right[part].sum())) for part in np.array_split(np.argsort(sure), 10)]
    assert sum(apart) / len(sure) < 0.05
    assert right[sure > 0.9].mean() > sure[sure > 0.9].mean() - 0.05


def test_a_handful_of_conversions_is_shrunk_to_the_parent() -> None:
    """The same one conversion after 50: dear where siblings pay 100, a stroke of bad luck where they pay 10."""
    dear = [(1000.0, 10.0)] * 9
    cheap = [(1000.0, 100.0)] * 9
    spend, conversions = zip((50.0, 1.0), *dear, (50.0, 1.0), *cheap, strict=True)
    found = above(frame([1] * 10 + [2] * 10, spend=spend, conversions=conversions), "cpa_7d", 40)
    assert found[0] > 0.8
    assert found[10] < 0.2


def test_much_data_of_its_own_outweighs_the_parent() -> None:
    spend, conversions = zip((50_000.0, 500.0), *[(1000.0, 100.0)] * 9, strict=True)
    assert above(frame([1] * 10, spend=spend, conversions=conversions), "cpa_7d", 80)[0] > 0.99


def test_an_only_entity_stands_on_its_own_data() -> None:
    data = frame([1], spend=[300.0], conversions=[10.0], clicks=[80.0], impressions=[4000.0])
    assert 0.4 < above(data, "cpa_7d", 30.0)[0] < 0.65
    assert 0.4 < above(data, "ctr_7d", 2.0)[0] < 0.6


def test_no_conversion_at_all_is_evidence_that_grows_with_spend() -> None:
    spend, conversions = zip((20.0, 0.0), (300.0, 0.0), *UNLIKE * 5, strict=True)
    little, much = above(frame([1] * 32, spend=spend, conversions=conversions), "cpa_7d", 40)[:2]
    assert little < 0.5 < 0.9 < much


def test_unknown_and_unspent_is_unknown() -> None:
    data = frame(
        [1] * 4, spend=[np.nan, 100, 0, 100], conversions=[5, np.nan, 0, 5], conversion_value=[50, 50, 0, np.nan]
    )
    assert np.isnan(above(data, "cpa_7d", 10)).tolist() == [True, True, True, False]
    assert np.isnan(above(data, "roas_7d", 1)).all()
    assert np.isnan(above(data, "cpa_7d", np.array([10, 10, 10, np.nan]))).all()


def test_every_rate_is_above_nothing() -> None:
    data = frame([1] * 3, spend=[10.0, 10, 10], conversions=[1, 2, 3], clicks=[1, 2, 3], impressions=[9, 9, 9])
    for name in ("cpa_7d", "ctr_7d", "cpm_7d"):
        assert above(data, name, 0).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "name", ["ctr", "cpa_mature_3d", "roas_1d_click", "true_roas", "cost_per.lead", "cpm", "true_cpa"]
)
def test_rates_and_their_variants_are_uncertain(name: str) -> None:
    assert is_rate(resolve(name))


@pytest.mark.parametrize("name", ["spend", "frequency", "ctr_trend_7d", "daily_budget", "parent_cpa_7d", "status"])
def test_everything_else_is_exact(name: str) -> None:
    assert not is_rate(resolve(name))
    assert Beliefs(frame([1], spend=[1.0])).of(resolve(name)) is None


def test_some_rows_of_a_belief_are_the_same_belief() -> None:
    data = frame([1] * 3, spend=[10.0, 20, 30], conversions=[1, 2, 0])
    belief = Beliefs(data).of(resolve("cpa_7d"))
    assert belief is not None
    rows = np.array([2, 0])
    np.testing.assert_allclose(belief.take(rows).above(12.0), belief.above(12.0)[rows])
