"""The belief about how often something happens per unit of exposure (orders per money spent), for a whole level.

Events ~ Poisson(rate x exposure). The logarithm of the rate is expected where the prior (`metrics.shrink`) has it, with
the heavy tails of Student's t: winners and duds lie further out than siblings' spread tells. The posterior is summed
on points round its peak and handed on as the nearest Gamma (least Kullback-Leibler divergence: the same mean of the
rate and of its logarithm), for moments alone would put too much belief near zero where events are few.

What gets more money sells less per unit of it: the rate follows exposure to the power of a slope, which is learned from
the level itself, starting from the usual one. Without it small ad sets would be judged by the large ones' rates.
"""

from dataclasses import replace

import numpy as np

from intelligence.metrics.frame import Numbers
from intelligence.metrics.shrink import HALF, Counts, Prior, priors, special

RESULTS_SLOPE = -0.3
"""Usual slope of results per money spent. Between real ads purchases follow spend to the power 0.5, so -0.5; less here,
for inside one campaign money also goes to what sells."""
SLOPE_DOUBT = 0.3
TAIL = 5.0
"""Degrees of freedom of the prior."""
MOST_DOUBT = 2.0
_POINTS = np.linspace(-6, 6, 17)[:, None]
_STEPS = 5
_TYPICAL = 0.5
"""Squared coefficient of variation in the weights of the slope's fit."""


def happening(counts: Counts, slope: float = 0.0) -> tuple[Numbers, Numbers]:
    """(n,) shape and rate of each one's Gamma; `slope`: the usual one. Of no use where there is no exposure."""
    of_log, doubt = _by_size(counts, slope)
    factor = np.exp(of_log)
    level = replace(counts, exposure=counts.exposure * factor)
    middle, variance = _expected(level)
    variance = variance + doubt
    exposure = np.maximum(level.exposure, 1e-12)
    if not np.isfinite(variance).all():  # nothing but the entity itself: Jeffreys' r^(-1/2)
        return HALF + level.events, exposure * 1.0
    mean, mean_log = _posterior(middle, variance, level.events, exposure)
    shape = _shape(np.log(mean) - mean_log)
    return shape, shape / (mean * factor)


def _expected(counts: Counts) -> tuple[Numbers, Numbers]:
    """(n,) mean and variance of the rate's logarithm, all priors together."""
    logs = [(weight, *_of_log(prior)) for weight, prior in priors(counts)]
    middle = sum((weight * mean for weight, mean, _ in logs), np.zeros(len(counts.events)))
    return middle, sum((weight * (own + (mean - middle) ** 2) for weight, mean, own in logs), np.zeros(len(middle)))


def _of_log(prior: Prior) -> tuple[Numbers, Numbers]:
    """Mean and variance of the logarithm: rates of its like are lognormal; what is believed of their mean lies round
    its estimate like the logarithm of a Gamma with relative variance d: variance d + d^2 / 2 (to the second order).
    """
    doubt = prior.doubt / prior.mean**2
    doubt = np.where(np.isinf(doubt), doubt, np.minimum(doubt, MOST_DOUBT))
    like = np.log1p(prior.spread)
    return np.log(prior.mean) - like / 2, like + doubt + doubt**2 / 2


def _posterior(middle: Numbers, variance: Numbers, events: Numbers, exposure: Numbers) -> tuple[Numbers, Numbers]:
    """Means of the rate and of its logarithm."""
    peak = np.log((events + 1 / variance) / (exposure + np.exp(-middle) / variance))
    for _ in range(_STEPS):  # Newton; concave with the normal prior
        seen = exposure * np.exp(peak)
        peak -= np.clip((seen - events + (peak - middle) / variance) / (seen + 1 / variance), -2, 2)
    width = (exposure * np.exp(peak) + 1 / variance) ** -0.5
    place = peak + width * _POINTS
    rates = np.exp(place)
    score = events * place - exposure * rates
    score -= (TAIL + 1) / 2 * np.log1p((place - middle) ** 2 / (variance * TAIL))
    weights = np.exp(score - score.max(axis=0))
    weights /= weights.sum(axis=0)
    return (weights * rates).sum(axis=0), (weights * place).sum(axis=0)


def _shape(apart: Numbers) -> Numbers:
    """Of a Gamma whose log of the mean lies so far above the mean of the log (Minka, Estimating a Gamma, 2002)."""
    special_ = special()
    shape = (3 - apart + np.sqrt((apart - 3) ** 2 + 24 * apart)) / (12 * apart)
    shape -= (np.log(shape) - special_.psi(shape) - apart) / (1 / shape - special_.polygamma(1, shape))  # Newton
    return np.asarray(shape, dtype=np.float64)


def _by_size(counts: Counts, usual: float) -> tuple[Numbers, Numbers]:
    """(n,) logarithm of the factor on the rate of what has more or less exposure than is usual on the level, and its
    variance.
    """
    seen = counts.exposure > 0
    of_log, doubt = np.zeros(len(seen)), np.zeros(len(seen))
    if not seen.any():
        return of_log, doubt
    exposure, events = counts.exposure[seen], counts.events[seen]
    size = np.log(exposure) - np.log(exposure).mean()
    slope = usual
    level = np.log((events.sum() + HALF) / (exposure * np.exp(slope * size)).sum())
    for _ in range(6):  # Newton, quasi-likelihood with the noise of unlike rates, ridge to the usual slope
        expected = exposure * np.exp(level + slope * size)
        weight, miss = expected / (1 + _TYPICAL * expected), (events - expected) / (1 + _TYPICAL * expected)
        cross = (weight * size).sum()
        bend = np.array([[weight.sum() + 0.01, cross], [cross, (weight * size**2).sum() + SLOPE_DOUBT**-2]])
        pull = np.array([miss.sum(), (miss * size).sum() - (slope - usual) / SLOPE_DOUBT**2])
        step = np.clip(np.linalg.solve(bend, pull), -1, 1)
        level, slope = level + step[0], slope + step[1]
    of_log[seen], doubt[seen] = slope * size, np.linalg.inv(bend)[1, 1] * size**2
    return of_log, doubt
