"""What may be expected of each entity's true rate before its own data speak: its siblings', its account's.

Empirical Bayes in two steps, account -> parent -> entity. How much true rates differ between siblings, and parents from
each other, is judged by how well each entity is foretold by the others (the predictive likelihood: Geisser & Eddy,
JASA 74, 1979), and integrated over (`metrics.quadrature`): few or thin entities tell it badly. Siblings and account are
joined by credibility weights (Buehlmann & Straub, 1970). An entity's own data never enter its own prior.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from intelligence.metrics.frame import Numbers
from intelligence.metrics.quadrature import ONLY_USUAL, USUAL, believed
from intelligence.metrics.siblings import Codes

Rows = Codes | slice
EVERY = slice(None)
HALF = 0.5
"""Events added where none were seen: a rate of exactly zero would be certain of itself."""
ENOUGH = 1000
"""Entities that are asked how well they were foretold; more would tell no more."""


@cache
def special() -> Any:
    """SciPy's special functions: 30 MB and most of a second that few processes ever need."""
    from scipy import special  # noqa: PLC0415

    return special


@dataclass(frozen=True)
class Prior:
    """(n,) mean of the true rate among its like, variance of that mean's estimate (infinite: nothing is known but the
    entity itself), and the squared coefficient of variation with which its like differ.
    """

    mean: Numbers
    doubt: Numbers
    spread: float = 0.0

    @property
    def variance(self) -> Numbers:
        """(n,) of the entity's own rate."""
        return self.doubt + self.spread * self.mean**2


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


def priors(counts: Counts) -> list[tuple[float, Prior]]:
    """The prior of every entity for each way in which rates may differ, with its weight; the weights sum to 1."""
    level = _Level(counts)
    if level.total <= 0:
        return [(1.0, _nothing(len(counts.events)))]
    siblings = believed(lambda spread: level.foretold(spread, USUAL))
    likely = siblings[1][1]
    alone = int((level.exposure > 0).sum()) < 2
    parents = ONLY_USUAL if alone else believed(lambda spread: level.foretold(likely, spread))
    return [(one * other, level.prior(spread, of_parents)) for one, spread in siblings for other, of_parents in parents]


class _Level:
    """The sums of one level's parents, and what follows from them under given spreads."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.events, self.exposure = counts.by_parent(counts.events), counts.by_parent(counts.exposure)
        self.squares = counts.by_parent(counts.exposure**2)
        self.total = float(self.exposure.sum())
        self.rate = (float(self.events.sum()) + HALF) / self.total if self.total > 0 else HALF

    def prior(self, siblings: float, parents: float, rows: Rows = EVERY) -> Prior:
        """Of these rows, with squared coefficients of variation of siblings' and of parents' true rates."""
        within = self.counts.noise(self.rate) + siblings * self.rate**2 * _over(self.squares, self.exposure)
        noise = float((within * self.exposure).sum()) / self.total  # variance of a parent x its exposure
        above = _from_account(self.events, self.exposure, noise, parents)
        return _joined(self.counts, rows, (self.events, self.exposure, self.squares), siblings, self.rate, above)

    def foretold(self, siblings: float, parents: float) -> float:
        """Logarithm of the probability of each one's events by its own prior, summed, without what is constant."""
        prior = self.prior(siblings, parents, self._asked)
        told = np.isfinite(prior.variance)
        rows = self._asked[told]
        tell = _tries if self.counts.trials else _happens
        found = tell(prior.mean[told], prior.variance[told], self.counts.events[rows], self.counts.exposure[rows])
        return float(found.sum())

    @cached_property
    def _asked(self) -> Codes:
        """Rows, evenly spread over the level."""
        rows = np.flatnonzero(self.counts.exposure > 0)
        return rows[:: len(rows) // ENOUGH + 1]


def _happens(mean: Numbers, variance: Numbers, events: Numbers, exposure: Numbers) -> Numbers:
    """Gamma and Poisson: negative binomial."""
    rate = mean / variance
    shape, ln = mean * rate, special().gammaln
    told: Numbers = (
        ln(shape + events) - ln(shape) - shape * np.log1p(exposure / rate) - events * np.log(rate + exposure)
    )
    return told


def _tries(mean: Numbers, variance: Numbers, events: Numbers, exposure: Numbers) -> Numbers:
    """Beta and binomial."""
    yes, no = beta(mean, variance)
    ln = special().betaln
    told: Numbers = ln(yes + events, no + np.maximum(exposure - events, 0)) - ln(yes, no)
    return told


def beta(mean: Numbers, variance: Numbers) -> tuple[Numbers, Numbers]:
    """The two parameters of a Beta with these moments."""
    share = np.clip(mean, 1e-9, 1 - 1e-9)
    strength = np.maximum(share * (1 - share) / variance - 1, 0.1)
    return share * strength, (1 - share) * strength


def _nothing(count: int) -> Prior:
    return Prior(np.full(count, HALF), np.full(count, np.inf))


def _over(top: Numbers, bottom: Numbers) -> Numbers:
    answer = np.zeros(len(top))
    np.divide(top, bottom, out=answer, where=bottom > 0)
    return answer


def _from_account(events: Numbers, exposure: Numbers, noise: float, spread: float) -> Prior:
    """(parents,) what the other parents say of each parent's rate."""
    others = np.maximum(exposure.sum() - exposure, 0)
    count = max(int((exposure > 0).sum()) - 1, 1)
    mean = _over(events.sum() - events + HALF, others)
    variance = np.full(len(events), np.inf)
    known = others > 1e-9 * exposure.sum()
    np.divide(noise, others, out=variance, where=known)
    return Prior(mean, variance + spread * mean**2 * (1 + 1 / count))


def _joined(
    counts: Counts, rows: Rows, sums: tuple[Numbers, Numbers, Numbers], spread: float, level: float, above: Prior
) -> Prior:
    """(rows,) the parent's rate as siblings (without the entity) and account tell it together."""
    parents, own_events, own = counts.parents[rows], counts.events[rows], counts.exposure[rows]
    events, exposure, squares = (values[parents] for values in sums)
    rest = np.maximum(exposure - own, 0)
    known = rest > 1e-9 * exposure
    mean = _over(np.maximum(events - own_events, 0), np.where(known, rest, 0))
    uneven = np.maximum(squares - own**2, 0)
    sampling = np.full(len(rest), np.inf)
    np.divide(counts.noise(level) * rest + spread * level**2 * uneven, rest**2, out=sampling, where=known)
    account, doubt = above.mean[parents], above.doubt[parents]
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(known, np.where(np.isinf(doubt), 1.0, doubt / (doubt + sampling)), 0.0)
        together = np.where(np.isinf(doubt), sampling, np.where(known, (1 - weight) * doubt, doubt))
    both: Numbers = weight * mean + (1 - weight) * account
    return Prior(np.maximum(both, HALF / float(sums[1].sum())), together, spread)
