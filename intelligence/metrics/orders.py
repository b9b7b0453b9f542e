"""What an order is worth, entity by entity.

Orders are not read one by one, so the spread of order values is estimated from how entities' mean order values differ
with the number of orders behind them. A few large orders among many small ones are the rule: an entity's own mean is
trusted only as far as that spread allows.
"""

import numpy as np

from intelligence.metrics.frame import Numbers
from intelligence.metrics.shrink import Prior
from intelligence.metrics.siblings import Codes

USUAL_ORDERS, USUAL_MEANS = 1.0, 0.04
"""Squared coefficients of variation: of single order values, and of entities' true means, where too few tell."""
LEAST_SELLERS = 8
TRUST = 60
"""Sellers that the usual ones are worth against the estimated ones, which rest on squares of heavy-tailed figures."""


def order_values(value: Numbers, orders: Numbers, parents: Codes) -> Prior:
    """(n,) mean and variance of the true mean order value; NaN where no order was ever seen."""
    sold = (orders > 0) & (value > 0)
    count, worth = np.where(sold, orders, 0.0), np.where(sold, value, 0.0)
    if not sold.any():
        return Prior(np.full(len(value), np.nan), np.full(len(value), np.nan))
    level = worth.sum() / count.sum()
    single, means = _spreads(worth[sold] / count[sold] / level, count[sold])
    group_worth = np.bincount(parents, worth)[parents] - worth
    group_count = np.bincount(parents, count)[parents] - count
    weak = 1 / means  # orders' worth of trust in the level: siblings outweigh it soon
    above = (group_worth + weak * level) / (group_count + weak)
    before, own = 1 / means, count / single  # precisions, in units of the level squared
    mean = (above * before + np.where(sold, value, 0.0) / single) / (before + own)
    alike = (before / (before + own)) ** 2 * single / count.sum()  # the level's own mean is uncertain, too
    return Prior(mean, level**2 * (1 / (before + own) + alike))


def _spreads(relative: Numbers, count: Numbers) -> tuple[float, float]:
    """Squared coefficients of variation of single orders and of entities' true means.

    An entity's mean order value differs from the level's by means + single / count on average: two moments of it
    (plain, and weighted with the count) give both.
    """
    if len(relative) < LEAST_SELLERS:
        return USUAL_ORDERS, USUAL_MEANS
    apart = (relative - 1) ** 2
    system = np.array([[1.0, float((1 / count).mean())], [float(count.mean()), 1.0]])
    if abs(np.linalg.det(system)) < 1e-6:
        return USUAL_ORDERS, USUAL_MEANS
    means, single = np.linalg.solve(system, [float(apart.mean()), float((apart * count).mean())])
    trust = TRUST / (len(relative) + TRUST)
    single, means = min(max(float(single), 0.05), 4.0), min(max(float(means), 0.0025), 1.0)
    return single + trust * (USUAL_ORDERS - single), means + trust * (USUAL_MEANS - means)
