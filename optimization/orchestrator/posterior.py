"""How sure the figures are: events are few, so costs per event are judged by their posterior, never by the ratio alone.

Events of an ad set given its spend are Poisson; the rate (events per unit of money) has a Gamma prior worth `PRIOR`
events at the pooled rate, so its posterior is Gamma(PRIOR + events, PRIOR / pooled + spend) (conjugate, e.g. Gelman et
al., Bayesian Data Analysis, 2.6).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimization.orchestrator.core_signal import Figures

PRIOR = 1.0
DRAWS = 20_000
SEED = 40
"""The same figures give the same probability, however often they are asked."""


def draws(figures: Sequence[Figures]) -> NDArray[np.float64] | None:
    """(DRAWS, ad sets) of the true events per unit of money; None = nothing was spent or no event was counted."""
    spend = np.array([one.spend for one in figures])
    events = np.array([one.events for one in figures])
    if not len(figures) or spend.sum() <= 0 or events.sum() <= 0:
        return None
    pooled = events.sum() / spend.sum()
    random = np.random.default_rng(SEED)
    return random.gamma(PRIOR + events, 1.0 / (PRIOR / pooled + spend), size=(DRAWS, len(figures)))


def best(figures: Sequence[Figures]) -> list[float]:
    """For each the probability that its true cost per event is the lowest. One alone has nothing to be better than."""
    rates = draws(figures)
    if rates is None or len(figures) < 2:
        return [0.0] * len(figures)
    first = np.bincount(rates.argmax(axis=1), minlength=len(figures)) / DRAWS
    return [float(one) for one in first]


def leads(figures: Sequence[Figures], lead: float) -> list[float]:
    """For each the probability that its true cost beats the median of all by `lead` (0.15 = 15 %)."""
    rates = draws(figures)
    if rates is None or len(figures) < 2:
        return [0.0] * len(figures)
    costs = 1.0 / rates
    ahead = (costs <= np.median(costs, axis=1, keepdims=True) * (1.0 - lead)).mean(axis=0)
    return [float(one) for one in ahead]


def stable(now: Figures, before: Figures, slack: float) -> float:
    """The probability that the true cost per event now is at most `before`'s x (1 + slack)."""
    rates = draws([now, before])
    if rates is None:
        return 0.0
    return float((rates[:, 0] * (1.0 + slack) >= rates[:, 1]).mean())
