"""The counterfactual: what entities would have done in a window, told by others that were left alone.

Spend: the entity's own recent level times the growth of a synthetic control over the same window. Levels weigh days by
an exponential decay; the control's weights are not negative, add up to one and make its daily course resemble the
entity's, held towards equal weights by the penalty of synthetic difference-in-differences (Arkhangelsky, Athey,
Hirshberg, Imbens and Wager, AER 2021, eq. 4 and section 2: zeta^2 T |w|^2, zeta = (T_post)^(1/4) sd of daily changes).
Solved by exponentiated gradient (Kivinen and Warmuth 1997), which stays on the simplex.

Conversions: that spend times the entity's own rate, drawn towards the mean of all as far as the counts say that they
are alike (empirical Bayes for Poisson counts, gamma prior by moments), times the growth of everybody's rate. Value:
times its mean order value, drawn in the same way. What all share in the window (weekday, sale, reports that are still
to come) so cancels.
"""

from dataclasses import dataclass

import numpy as np

from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Marks, Numbers

RATE_HALF_LIFE = 14.0
STEPS, FASTEST = 60, 4.0
LEAST_SPREAD = 0.02
GROWTH_ORDERS = 25.0
"""Conversions that a common growth of rates must outweigh before it is believed in full."""
ORDER_TRUST = 6.0
"""Orders after which an entity's own mean order value counts as much as everybody's."""


@dataclass(frozen=True)
class Expected:
    """(entities,) of a window. `order`: mean order value; `known`: conversions behind the rate, prior included."""

    spend: Numbers
    conversions: Numbers
    value: Numbers
    order: Numbers
    rate: Numbers
    known: Numbers


def decay(days: int, half_life: float) -> Numbers:
    """Weight of each day, the last one 1."""
    weights: Numbers = 0.5 ** (np.arange(days)[::-1] / half_life)
    return weights


def levels(spend: Numbers, use: Marks, half_life: float) -> Numbers:
    """(entities,) usual spend a day; NaN where no day is usable."""
    weights = decay(len(spend), half_life)[:, None] * use
    total = weights.sum(axis=0)
    sums = (weights * np.where(use, spend, 0.0)).sum(axis=0)
    answer: Numbers = np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0)
    return answer


def control_weights(spend: Numbers, use: Marks, donors: Marks, days: float) -> Numbers:
    """(entities, entities): row j says how much each donor counts for j; its own weight is nought."""
    count = spend.shape[1]
    allowed = np.broadcast_to(donors, (count, count)) & ~np.eye(count, dtype=bool)
    means = np.where(use, spend, 0.0).sum(axis=0) / np.maximum(use.sum(axis=0), 1)
    scaled = np.where(use & (means > 0), spend / np.where(means > 0, means, 1.0), 1.0)
    scaled = np.minimum(scaled, 5.0) - 1.0
    changes = np.diff(scaled, axis=0)[:, donors]
    spread = max(float(np.nanstd(changes)) if changes.size else 0.0, 0.05)
    gram = scaled.T @ scaled / len(scaled)
    penalty = spread**2 * max(days, 1.0) ** 0.5
    weights = allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 1)
    pace = FASTEST / max(float(np.abs(gram).max()) + penalty, 1e-9) / 2
    for _ in range(STEPS):
        gradient = weights @ gram - gram + penalty * weights
        gradient = np.where(allowed, gradient, 0.0)
        weights = np.where(allowed, weights * np.exp(np.clip(-pace * gradient, -2, 2)), 0.0)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(weights)


def expect(before: Numbers, after: Numbers, use: Marks, donors: Marks, weights: Numbers, half_life: float) -> Expected:
    """For every entity, from all `donors` but itself. Shapes as in `Panel`."""
    level = levels(before[SPEND], use, half_life)
    given = donors & (level > 0) & ~np.isnan(after).any(axis=0)
    spend = level * _growth(level, after[SPEND], weights * given[None, :])
    rate, order, known = _rates(before, use, given)
    events = _others(np.where(given, after[CONVERSIONS], 0.0), given)
    foreseen = _others(np.where(given, after[SPEND] * rate, 0.0), given)
    grown = (events + GROWTH_ORDERS) / (foreseen + GROWTH_ORDERS)
    conversions = spend * rate * grown
    worth = _others(np.where(given, after[VALUE], 0.0), given)
    usual = _others(np.where(given, after[CONVERSIONS] * order, 0.0), given)
    weak = GROWTH_ORDERS * order
    dearer = np.divide(worth + weak, usual + weak, out=np.ones_like(worth), where=usual + weak > 0)
    value = conversions * order * dearer
    return Expected(spend, conversions, value, order * dearer, rate * grown, known)


def _growth(level: Numbers, after: Numbers, weights: Numbers) -> Numbers:
    """What the window brought the control per day of its level (so about the number of days)."""
    scale = np.where(level > 0, level, 1.0)
    per = np.where(level > 0, np.nan_to_num(after) / scale, 0.0)
    total = weights.sum(axis=1)
    grown: Numbers = np.divide(weights @ per, total, out=np.full(len(total), np.nan), where=total > 0)
    return grown


def _others(values: Numbers, given: Marks) -> Numbers:
    """The sum over all donors but the entity itself."""
    rest: Numbers = values[given].sum() - np.where(given, values, 0.0)
    return rest


def _rates(before: Numbers, use: Marks, given: Marks) -> tuple[Numbers, Numbers, Numbers]:
    """Conversions per spend, order value and the conversions behind the rate, each drawn towards the donors' mean."""
    weights = decay(before.shape[1], RATE_HALF_LIFE)[:, None] * use
    spend, events, worth = ((weights * np.where(use, metric, 0.0)).sum(axis=0) for metric in before)
    pool_spend, pool_events, pool_worth = (float(one[given].sum()) for one in (spend, events, worth))
    mean = pool_events / pool_spend if pool_spend > 0 else 0.0
    shape = prior_shape(events[given], spend[given] * mean)
    strength = shape / mean if mean > 0 else 1.0
    rate = (events + shape * (mean > 0)) / np.maximum(spend + strength, 1e-9)
    usual = pool_worth / pool_events if pool_events > 0 else 0.0
    order = (worth + ORDER_TRUST * usual) / (events + ORDER_TRUST)
    return rate, order, events + shape


def prior_shape(events: Numbers, foreseen: Numbers) -> float:
    """Shape of the gamma prior (mean 1) of rates relative to the pool's: 1 / variance, by moments.

    Var(events / foreseen) = variance + 1 / foreseen for Poisson counts.
    """
    if foreseen.sum() <= 0:
        return 1.0
    surplus = float(((events - foreseen) ** 2 - foreseen).sum())
    variance = surplus / max(float((foreseen**2).sum()), 1e-9)
    return 1.0 / min(max(variance, LEAST_SPREAD), 4.0)
