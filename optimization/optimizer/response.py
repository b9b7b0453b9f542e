"""How value answers to spend, with how sure that is: pooled, saturating response curves from daily figures. Pure.

Conversions of ad a on day t are counted with the mean (quasi-Poisson: Wooldridge, Econometric Analysis, 18.2)

    spend[t, a] x visible[t] x exp(level[a] + day[t] + (elasticity - 1) x log(S[t, s] / anchor[s]))

with S the spend of the ad's ad set s, for siblings share one auction. So the value of an ad set grows with its spend
to the power of one elasticity below 1, which all share: it is learned from how spend moved from day to day and from
the changes that we made ourselves. Levels are log-normal in two steps, account -> ad set -> ad (empirical Bayes, the
spreads by EM: Gelman et al., BDA3, ch. 5), and an ad's price per click tells part of its level before it sold
anything. Recent days weigh more. Days on which all sold more are no merit of one ad: each has a factor of its own.
Order values are drawn towards the account's mean.

The prior of the elasticity is ours: 0.70 +- 0.10. Public series (display_daily, first differences of logs) give 0.67
for conversions, agencies' rules of thumb 0.7 to 0.85.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimization.optimizer.drift import drifted
from optimization.optimizer.panel import Codes, Numbers, Panel, anchors, click_tale, stretched

ELASTICITY, ELASTICITY_SPREAD = 0.70, 0.10
LEAST_ELASTIC, MOST_ELASTIC = 0.35, 0.92
HALF_LIFE = 10.0
"""Days after which a day says half as much of today's level."""
DAY_SPREAD = 0.12
"""Of a day's common factor, log."""
NOISE, NOISE_TRUST = 0.08, 40.0
"""Extra variance of a day's count relative to its mean squared; what the usual one is worth, in counts."""
SETS_SPREAD, ADS_SPREAD, SPREAD_TRUST = 0.50, 0.30, 6.0
"""Usual variance of log levels between ad sets and between the ads of one, and how many groups that is worth."""
CLICKS_TELL, CLICKS_SPREAD = 0.6, 0.25
"""How far a lower price per click comes through in sales per spend: prior mean and spread of the power."""
SINGLE_ORDERS, SET_ORDERS = 0.5, 0.05
"""Squared coefficients of variation: of single order values, and of ad sets' true means."""
COMMON_STEP, SET_STEP = 0.008, 0.015
"""Variance of what the log level of all, and of one ad set beside it, moves in a day."""
LEAST_VISIBLE = 0.4
ROUNDS = 25


@dataclass(frozen=True)
class Levels:
    """(ads,) log of value per unit spent at the ad set's anchor spend, as an ad set's part and the ad's own.

    Given its ad set, ad a is Normal(mean + pull x (deviation of the ad set's level), own variance); the ad set's level
    deviates with `set_variance`. `anchor`: (sets,) spend a day that the levels are told at; NaN = it never spent.
    """

    set_of: Codes
    mean: Numbers
    own: Numbers
    pull: Numbers
    set_variance: Numbers
    anchor: Numbers
    elasticity: float
    elasticity_spread: float
    events: Numbers

    @cached_property
    def variance(self) -> Numbers:
        """(ads,) of the log level."""
        found: Numbers = self.own + self.pull**2 * self.set_variance[self.set_of]
        return found

    @cached_property
    def expected(self) -> Numbers:
        """(ads,) expected value per unit spent at the anchor."""
        found: Numbers = np.exp(self.mean + self.variance / 2)
        return found

    def draws(self, count: int, random: np.random.Generator) -> tuple[Numbers, Numbers]:
        """(count, ads) levels and (count,) elasticities from the posterior."""
        of_set = random.standard_normal((count, len(self.set_variance))) * np.sqrt(self.set_variance)
        of_ad = random.standard_normal((count, len(self.mean))) * np.sqrt(self.own)
        power = self.elasticity + self.elasticity_spread * random.standard_normal(count)
        levels = np.exp(self.mean + self.pull * of_set[:, self.set_of] + of_ad)
        return levels, np.clip(power, LEAST_ELASTIC, MOST_ELASTIC)


@dataclass
class _Fit:
    """What the rounds of the fit improve. All (days, ads) arrays hold zero where nothing is known."""

    panel: Panel
    known: NDArray[np.bool_]
    events: Numbers
    exposure: Numbers
    stretch: Numbers
    recent: Numbers
    clicks: Numbers
    power: float = ELASTICITY
    power_spread: float = ELASTICITY_SPREAD
    noise: float = NOISE
    between: float = SETS_SPREAD
    within: float = ADS_SPREAD

    def __post_init__(self) -> None:
        days, ads = self.events.shape
        self.sets = int(self.panel.set_of.max(initial=-1)) + 1
        self.day = np.zeros(days)
        self.click_power = CLICKS_TELL
        rate = (self.events.sum() + 0.5) / max(self.exposure.sum(), 1e-12)
        self.level = np.full(ads, np.log(rate))
        self.centre = np.log(rate)

    def by_set(self, values: Numbers) -> Numbers:
        return np.bincount(self.panel.set_of, weights=values, minlength=self.sets).astype(np.float64)

    def foreseen(self) -> Numbers:
        """(days, ads) expected counts."""
        found: Numbers = self.exposure * np.exp(self.level + self.day[:, None] + (self.power - 1) * self.stretch)
        return found

    def weights(self, foreseen: Numbers) -> Numbers:
        """What a count tells beside the noise that is no chance of counting."""
        found: Numbers = 1 / (1 + self.noise * foreseen)
        return found


def fit(panel: Panel) -> Levels:
    """The curves behind the figures. Never raises for missing data: what nothing is known of keeps the prior."""
    fit = _prepared(panel)
    for _ in range(ROUNDS):
        _days(fit)
        _elasticity(fit)
        _noise(fit)
        posterior = _levels(fit)
    own, pull, set_variance = posterior
    return _worth(fit, own, pull, set_variance + _moved_on(fit))


def _moved_on(fit: _Fit) -> Numbers:
    """Takes the levels from their recent mean to the last day; gives (sets,) the variance that this adds."""
    settled = fit.exposure * np.exp(fit.level + (fit.power - 1) * fit.stretch)
    all_events, all_settled = fit.events.sum(axis=1)[:, None], settled.sum(axis=1)[:, None]
    common, doubt = drifted(all_events, all_settled, COMMON_STEP, DAY_SPREAD**2, COMMON_STEP)
    events, foreseen = (_per_set(fit, values) for values in (fit.events, settled * np.exp(fit.day)[:, None]))
    own, spread = drifted(events, foreseen, SET_STEP, fit.noise, SET_STEP)
    fit.level = fit.level + common[0] + own[fit.panel.set_of]
    found: Numbers = np.where(foreseen.sum(axis=0) > 0, spread, 0.0) + doubt[0]
    return found


def _per_set(fit: _Fit, values: Numbers) -> Numbers:
    """(days, sets) sums of (days, ads)."""
    return np.array([fit.by_set(day) for day in values])


def _prepared(panel: Panel) -> _Fit:
    days = len(panel.spend)
    visible = np.where(panel.visible >= LEAST_VISIBLE, panel.visible, np.nan)[:, None]
    known = np.isfinite(panel.spend + panel.conversions + panel.value + visible) & (np.nan_to_num(panel.spend) > 0)
    spend = np.where(known, panel.spend, 0.0)
    recent = np.broadcast_to((0.5 ** (np.arange(days)[::-1] / HALF_LIFE))[:, None], spend.shape)
    stretch = stretched(panel, recent)
    events = np.where(known, panel.conversions, 0.0)
    exposure = spend * np.nan_to_num(np.broadcast_to(visible, spend.shape))
    return _Fit(panel, known, events, exposure, np.where(known, stretch, 0.0), recent, click_tale(panel, known, recent))


def _days(fit: _Fit) -> None:
    """Each day's common factor, drawn to none, and none on the recent average."""
    foreseen = fit.foreseen()
    weight = fit.weights(foreseen)
    got, awaited = (weight * fit.events).sum(axis=1), (weight * foreseen).sum(axis=1)
    trust = 1 / DAY_SPREAD**2
    fit.day += np.log((got + trust) / (awaited + trust * np.exp(fit.day)))
    heavy = fit.recent[:, 0] * awaited
    fit.day -= (heavy * fit.day).sum() / max(heavy.sum(), 1e-12)


def _elasticity(fit: _Fit) -> None:
    """One Newton step, the levels taken out."""
    foreseen = fit.foreseen()
    heavy = fit.weights(foreseen) * foreseen
    sums = heavy.sum(axis=0)
    middle = np.divide((heavy * fit.stretch).sum(axis=0), sums, out=np.zeros(len(sums)), where=sums > 0)
    apart = fit.stretch - middle
    trust = 1 / ELASTICITY_SPREAD**2
    score = (fit.weights(foreseen) * apart * (fit.events - foreseen)).sum() + (ELASTICITY - fit.power) * trust
    known = (heavy * apart**2).sum() + trust
    fit.power = float(np.clip(fit.power + np.clip(score / known, -0.1, 0.1), LEAST_ELASTIC, MOST_ELASTIC))
    fit.power_spread = float(known**-0.5)


def _noise(fit: _Fit) -> None:
    foreseen = fit.foreseen()
    surplus = float(((fit.events - foreseen) ** 2 - foreseen)[fit.known].sum())
    room = float((foreseen**2).sum())
    fit.noise = float(np.clip((surplus + NOISE_TRUST * NOISE) / (room + NOISE_TRUST), 0.02, 1.0))


def _levels(fit: _Fit) -> tuple[Numbers, Numbers, Numbers]:
    """One step of scoring for all levels; gives own variance, pull and the ad sets' variance."""
    foreseen = fit.foreseen()
    weight = fit.weights(foreseen) * fit.recent
    awaited, got = (weight * foreseen).sum(axis=0), (weight * fit.events).sum(axis=0)
    seen = awaited > 0
    apart = np.divide(got - awaited, awaited, out=np.zeros(len(got)), where=seen)
    target = fit.level + np.clip(apart, -1.0, 2.0)
    tale = fit.click_power * fit.clicks
    rest = target - tale - fit.centre
    precise = np.where(seen, 1 / (fit.within + 1 / np.maximum(awaited, 1e-12)), 0.0)
    set_variance = 1 / (1 / fit.between + fit.by_set(precise))
    of_set = set_variance * fit.by_set(precise * rest)
    pull = (1 / fit.within) / (awaited + 1 / fit.within)
    own = 1 / (awaited + 1 / fit.within)
    above = fit.centre + of_set[fit.panel.set_of] + tale
    fit.level = own * (awaited * target + above / fit.within)
    _spreads(fit, of_set, set_variance, above, own + pull**2 * set_variance[fit.panel.set_of], seen)
    _tell(fit, target - fit.centre - of_set[fit.panel.set_of], precise)
    return own, pull, set_variance


def _spreads(
    fit: _Fit, of_set: Numbers, set_variance: Numbers, above: Numbers, variance: Numbers, seen: NDArray[np.bool_]
) -> None:
    """EM steps for the centre and both variances, drawn to the usual ones."""
    there = fit.by_set(seen.astype(np.float64)) > 0
    if not there.any():
        return
    fit.centre += float(of_set[there].mean())
    squares = float((of_set**2 + set_variance)[there].sum())
    fit.between = (squares + SPREAD_TRUST * SETS_SPREAD) / (int(there.sum()) + SPREAD_TRUST)
    own = float(((fit.level - above) ** 2 + 1 / (1 / variance))[seen].sum())
    fit.within = max((own + SPREAD_TRUST * ADS_SPREAD) / (int(seen.sum()) + SPREAD_TRUST), 0.02)


def _tell(fit: _Fit, rest: Numbers, precise: Numbers) -> None:
    """How much the price per click tells."""
    trust = 1 / CLICKS_SPREAD**2
    top = float((precise * fit.clicks * rest).sum()) + trust * CLICKS_TELL
    fit.click_power = float(np.clip(top / (float((precise * fit.clicks**2).sum()) + trust), 0.0, 1.2))


def _worth(fit: _Fit, own: Numbers, pull: Numbers, set_variance: Numbers) -> Levels:
    """From conversions to value: the ad sets' mean order values, drawn to the account's."""
    count = (fit.recent * fit.events).sum(axis=0)
    value = (fit.recent * np.where(fit.known, fit.panel.value, 0.0)).sum(axis=0)
    level = value.sum() / count.sum() if count.sum() > 0 else np.nan
    weak = SINGLE_ORDERS / SET_ORDERS
    orders = fit.by_set(count)
    order = (fit.by_set(value) + weak * level) / (orders + weak)
    spread = SINGLE_ORDERS / (orders + weak)
    _, anchor = anchors(fit.panel, fit.recent)
    with np.errstate(all="ignore"):
        mean = fit.level + np.log(order)[fit.panel.set_of]
    return Levels(
        fit.panel.set_of, mean, own, pull, set_variance + spread, anchor, fit.power, fit.power_spread, count
    )  # fmt: skip
