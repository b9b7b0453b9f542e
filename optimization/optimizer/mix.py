"""Which ads and ad sets should stop: what the money of the others would earn without them. Pure.

An ad that is paused leaves its money to its siblings in the ad set, an ad set inside a campaign budget (CBO) to its
siblings in the campaign, where it earns less and less. So each is judged by what the whole earns without it, over draws
from the posterior: the gain a day, and the share of draws in which it is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimization.optimizer.panel import Codes, Numbers
from optimization.optimizer.response import Levels

Marks = NDArray[np.bool_]
CAMPAIGN, AD_SET, AD = "campaign", "adset", "ad"
DRAWS = 200
SURE = 0.8
"""Least probability of a gain at which something is stopped."""
WORTH = 0.015
"""Least gain a day as a share of the money around it; less is not worth an edit."""
LEFT = 0.02
"""Least share of the money that siblings must spend already, to take over the rest."""
DRIFT = 0.04
"""Variance of the log between an ad set's level on the days seen and in the days to come."""
Gain = tuple[float, float, float]


@dataclass(frozen=True)
class Stop:
    """`gain` a day (10 %, expected, 90 %), value less spend. `roas` its own, `instead` that of its siblings."""

    level: str
    place: int
    spend: float
    gain: Gain
    confidence: float
    roas: float
    instead: float


@dataclass
class Mix:
    """The account's money, ad by ad, as it flows after each stop. `money`: (ads,) a day; `campaign_of`: of ad sets.

    `drawn`: (draws + 1, ads) levels, `power`: (draws + 1, 1) elasticities; the last row of both is the expectation.
    """

    levels: Levels
    campaign_of: Codes
    money: Numbers
    random: np.random.Generator
    drawn: Numbers = field(init=False)
    power: Numbers = field(init=False)

    def __post_init__(self) -> None:
        drawn, power = self.levels.draws(DRAWS, self.random)
        drift = np.sqrt(DRIFT) * self.random.standard_normal((DRAWS, len(self.campaign_of)))
        self.drawn = np.nan_to_num(np.vstack([drawn * np.exp(drift)[:, self.levels.set_of], self.levels.expected]))
        self.power = np.append(power, self.levels.elasticity)[:, None]
        self.money = np.where(np.isfinite(self.levels.mean), np.maximum(np.nan_to_num(self.money), 0.0), 0.0)

    @property
    def set_money(self) -> Numbers:
        return summed(self.money, self.levels.set_of, len(self.campaign_of))

    def set_values(self) -> Numbers:
        """(draws + 1, ad sets) value a day as the money flows now."""
        money, anchor = self.set_money, self.levels.anchor
        earned = grouped(self.drawn * self.money, self.levels.set_of, len(money))
        with np.errstate(all="ignore"):
            return np.nan_to_num(earned * (money / anchor) ** (self.power - 1), posinf=0.0)

    def stop_ads(self) -> Iterator[Stop]:
        """Ads whose siblings earn more for the same money, at most one an ad set and round."""
        of = self.levels.set_of
        while True:
            money, value = self.set_money, self.set_values()
            earned = grouped(self.drawn * self.money, of, len(money))
            rest, total = (money[of] - self.money), earned[:, of]
            with np.errstate(all="ignore"):
                without = (total - self.drawn * self.money) / rest * money[of] / total
            able = (self.money > 0) & (rest > LEFT * money[of])
            gain = np.where(able, np.nan_to_num(value[:, of] * (without - 1)), 0.0)
            worst = _worst(gain, WORTH * money[of], of, len(money))
            if not len(worst):
                return
            for ad in worst.tolist():
                own = value[-1, of[ad]] * self.drawn[-1, ad] / earned[-1, of[ad]]
                others = (earned[-1, of[ad]] / self.drawn[-1, ad] - self.money[ad]) / rest[ad] * own
                yield _stop(AD, ad, self.money[ad], gain[:, ad], float(own), float(others))
            self._without(np.isin(np.arange(len(of)), worst), of, money)

    def stop_sets(self, shared: Marks) -> Iterator[Stop]:
        """Ad sets of campaigns with a budget of their own (`shared`, by campaign) whose siblings earn more for it."""
        of, inside = self.campaign_of, shared[self.campaign_of]
        by_ad = of[self.levels.set_of]
        while True:
            money = np.where(inside, self.set_money, 0.0)
            value = np.where(inside, self.set_values(), 0.0)
            total, spent = grouped(value, of, len(shared))[:, of], summed(money, of, len(shared))[of]
            rest = spent - money
            with np.errstate(all="ignore"):
                without = (total - value) * (spent / rest) ** self.power
            able = (money > 0) & (rest > LEFT * spent)
            gain = np.where(able, np.nan_to_num(without - total), 0.0)
            worst = _worst(gain, WORTH * spent, of, len(shared))
            if not len(worst):
                return
            for one in worst.tolist():
                others = (total[-1, one] - value[-1, one]) / rest[one]
                yield _stop(AD_SET, one, money[one], gain[:, one], float(value[-1, one] / money[one]), float(others))
            self._without(np.isin(self.levels.set_of, worst), by_ad, summed(self.money, by_ad, len(shared)))

    def _without(self, stopped: Marks, group: Codes, before: Numbers) -> None:
        """Their money goes on to the others of their group, as it is spread now."""
        self.money = np.where(stopped, 0.0, self.money)
        left = summed(self.money, group, len(before))
        self.money *= np.divide(before, left, out=np.ones(len(before)), where=left > 0)[group]


def grouped(values: Numbers, group: Codes, count: int) -> Numbers:
    """(draws, count) sums of (draws, n) by group."""
    total = np.zeros((count, len(values)))
    np.add.at(total, group, values.T)
    return total.T


def summed(values: Numbers, group: Codes, count: int) -> Numbers:
    """(count,) sums of (n,) by group."""
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)


def told(gain: Numbers) -> tuple[Gain, float]:
    """Of (draws + 1,) gains: interval and expectation, and the share of draws that gain."""
    low, high = np.quantile(gain[:-1], (0.1, 0.9)).tolist()
    return (low, float(gain[-1]), high), float((gain[:-1] > 0).mean())


def _worst(gain: Numbers, least: Numbers, group: Codes, count: int) -> Codes:
    """Of each group the one whose stop gains most, if that is sure and worth it."""
    sure = (gain[:-1] > 0).mean(axis=0)
    score = np.where((sure >= SURE) & (gain[-1] > least), gain[-1], 0.0)
    best = np.zeros(count)
    np.maximum.at(best, group, score)
    found = np.flatnonzero((score > 0) & (score >= best[group]))
    _, first = np.unique(group[found], return_index=True)
    return found[first]


def _stop(level: str, place: int, spend: float, gain: Numbers, roas: float, instead: float) -> Stop:
    interval, sure = told(gain)
    return Stop(level, place, float(spend), interval, sure, roas, instead)
