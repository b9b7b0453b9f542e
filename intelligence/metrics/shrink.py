"""What may be expected of each entity's true rate before its own data speak: its siblings', its account's.

Empirical Bayes in two steps, account -> parent -> entity. How much true rates differ between siblings, and parents from
each other, is estimated from the spread that is left after counting noise (method of moments: DerSimonian & Laird,
Controlled Clinical Trials 7, 1986; for rates Marshall, Applied Statistics 40, 1991). Siblings and account are joined by
credibility weights (Buehlmann & Straub, 1970). An entity's own data never enter its own prior.
"""

from dataclasses import dataclass

import numpy as np

from intelligence.metrics.frame import Numbers
from intelligence.metrics.siblings import Codes

USUAL_SPREAD = 0.25
"""Squared coefficient of variation of true rates (0.5 of the mean) where too few entities tell. Ours, not Meta's."""
LEAST_SPREAD, MOST_SPREAD = 0.08, 4.0
"""However alike siblings look, one may still be a dud: below this, nothing it does would be believed of it."""
TRUST = 10
"""Degrees of freedom that the usual spread is worth against the estimated one."""
HALF = 0.5
"""Events added where none were seen: a rate of exactly zero would be certain of itself."""


@dataclass(frozen=True)
class Prior:
    """(n,) mean and variance of the true rate. Variance infinite: nothing is known but the entity itself."""

    mean: Numbers
    variance: Numbers


@dataclass(frozen=True)
class Counts:
    """(n,) events and exposure of entities, zero where unknown, and (n,) the number of each one's parent.

    `trials`: an event is one of so many tries (binomial noise), otherwise it just happens (Poisson noise).
    """

    events: Numbers
    exposure: Numbers
    parents: Codes
    trials: bool

    def by_parent(self, values: Numbers) -> Numbers:
        sums = np.bincount(self.parents, weights=values, minlength=int(self.parents.max(initial=-1)) + 1)
        return sums.astype(np.float64)

    def noise(self, rate: Numbers | float) -> Numbers:
        """Variance of one unit of exposure's count."""
        return np.asarray(rate * (1 - np.minimum(rate, 1)) if self.trials else rate, dtype=np.float64)


def priors(counts: Counts) -> Prior:
    """The prior of every entity."""
    events, exposure = counts.by_parent(counts.events), counts.by_parent(counts.exposure)
    squares = counts.by_parent(counts.exposure**2)
    total = float(exposure.sum())
    if total <= 0:
        return _nothing(len(counts.events))
    level = (float(events.sum()) + HALF) / total
    siblings = _spread_of_siblings(counts, events, exposure, squares)
    within = counts.noise(level) + siblings * level**2 * _over(squares, exposure)  # variance of a parent x exposure
    parents = _spread_of_parents(events, exposure, within, level)
    above = _from_account(events, exposure, float(counts.noise(level)), parents)
    joined = _joined(counts, (events, exposure, squares), siblings, level, above)
    return Prior(joined.mean, joined.variance + siblings * joined.mean**2)


def _nothing(count: int) -> Prior:
    return Prior(np.full(count, HALF), np.full(count, np.inf))


def _over(top: Numbers, bottom: Numbers) -> Numbers:
    answer = np.zeros(len(top))
    np.divide(top, bottom, out=answer, where=bottom > 0)
    return answer


def _spread_of_siblings(counts: Counts, events: Numbers, exposure: Numbers, squares: Numbers) -> float:
    """How much true rates differ under one parent, as a squared coefficient of variation, pooled over all parents."""
    rate = _over(events, exposure)
    own = _over(counts.events, counts.exposure)
    seen = counts.by_parent((counts.exposure > 0).astype(np.float64))
    apart = counts.by_parent(counts.exposure * (own - rate[counts.parents]) ** 2)
    free = np.maximum(seen - 1, 0)
    room = float((rate**2 * (exposure - _over(squares, exposure))).sum())
    if room <= 0:
        return USUAL_SPREAD
    return _bounded(float((apart - counts.noise(rate) * free).sum()) / room, float(free.sum()))


def _spread_of_parents(events: Numbers, exposure: Numbers, within: Numbers, level: float) -> float:
    """How much parents' true rates differ from the account's."""
    total, seen = float(exposure.sum()), exposure > 0
    free = int(seen.sum()) - 1
    room = level**2 * (total - float((exposure**2).sum()) / total)
    if free < 1 or room <= 0:
        return USUAL_SPREAD
    apart = float((exposure * (_over(events, exposure) - level) ** 2).sum())
    return _bounded((apart - float((within * (1 - exposure / total))[seen].sum())) / room, free)


def _bounded(spread: float, free: float) -> float:
    """An estimate from `free` degrees of freedom, pulled to the usual one where they are few."""
    spread = min(max(spread, 0.0), MOST_SPREAD)
    return max((free * spread + TRUST * USUAL_SPREAD) / (free + TRUST), LEAST_SPREAD)


def _from_account(events: Numbers, exposure: Numbers, noise: float, spread: float) -> Prior:
    """(parents,) what the other parents say of each parent's rate."""
    others = np.maximum(exposure.sum() - exposure, 0)
    count = max(int((exposure > 0).sum()) - 1, 1)
    mean = _over(events.sum() - events + HALF, others)
    variance = np.full(len(events), np.inf)
    known = others > 1e-9 * exposure.sum()
    np.divide(noise, others, out=variance, where=known)
    return Prior(mean, variance + spread * mean**2 * (1 + 1 / count))


def _joined(counts: Counts, sums: tuple[Numbers, Numbers, Numbers], spread: float, level: float, above: Prior) -> Prior:
    """(n,) the parent's rate as siblings (without the entity) and account tell it together."""
    events, exposure, squares = (values[counts.parents] for values in sums)
    rest = np.maximum(exposure - counts.exposure, 0)
    known = rest > 1e-9 * exposure
    mean = _over(np.maximum(events - counts.events, 0), np.where(known, rest, 0))
    uneven = np.maximum(squares - counts.exposure**2, 0)
    sampling = np.full(len(rest), np.inf)
    np.divide(counts.noise(level) * rest + spread * level**2 * uneven, rest**2, out=sampling, where=known)
    account, doubt = above.mean[counts.parents], above.variance[counts.parents]
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(known, np.where(np.isinf(doubt), 1.0, doubt / (doubt + sampling)), 0.0)
        together = np.where(np.isinf(doubt), sampling, np.where(known, (1 - weight) * doubt, doubt))
    both: Numbers = weight * mean + (1 - weight) * account
    return Prior(np.maximum(both, HALF / float(sums[1].sum())), together)
