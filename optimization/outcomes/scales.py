"""How large chance errors are, by what is known beforehand: so that errors of small and large entities compare.

Variance of an error = a x counting noise + b x what the rate wanders + c x what the spend wanders, for a window with
expected spend S, conversions n and value V of order value v (visible share s, k conversions behind the rate):
counting V v (1 + n/k) / s (compound Poisson), rate V^2, spend S^2 or, for money, (V - S)^2, for a change of spend moves
value with it. a, b, c >= 0 are fitted to the squared placebo errors; only ratios between entities matter, for the
interval's width comes from the errors' own quantiles.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from optimization.outcomes.expectation import Expected
from optimization.outcomes.panel import Numbers

ORDER_NOISE = 1.25
RATE_WANDERS, SPEND_WANDERS = 0.15, 0.20
LUMP = 100.0
"""Minor units: small spenders vary more than their size says, for money comes in lumps. Fitted, this is a start."""
FLOOR = 0.1
"""Share of the guessed variance below which the fit never goes."""
MOST = 16.0


@cache
def optimize() -> Any:
    """SciPy's fits: a good part of a second, and of each process's memory, that only measuring needs."""
    from scipy import optimize  # noqa: PLC0415

    return optimize


@dataclass(frozen=True)
class Scale:
    """Factors of the three parts."""

    factors: Numbers


def _parts(name: str, expected: Expected, visible: Numbers) -> Numbers:
    """(3, windows) variance parts as they are guessed: counting, rate, spend."""
    none = np.zeros_like(expected.spend)
    noise = (1 + expected.conversions / np.maximum(expected.known, 1e-9)) / visible
    if name == "spend":
        return np.array([LUMP * expected.spend, none, (SPEND_WANDERS * expected.spend) ** 2])
    if name == "conversions_given":
        count = expected.conversions
        return np.array([(count + 0.05) * noise, (RATE_WANDERS * count) ** 2, none])
    if name == "conversions":
        count = expected.conversions
        return np.array([(count + 0.05) * noise, (RATE_WANDERS * count) ** 2, (SPEND_WANDERS * count) ** 2])
    value = expected.value
    counting = ORDER_NOISE * (value + 0.05 * expected.order) * expected.order * noise
    moved = {"value": value, "value_given": none}.get(name, value - expected.spend)
    return np.array([counting, (RATE_WANDERS * value) ** 2, (SPEND_WANDERS * moved) ** 2])


def fit(name: str, expected: Expected, visible: Numbers, errors: Numbers) -> Scale:
    """By least squares on the squares, each relative to its guess; single wild errors count MOST times at most."""
    parts = _parts(name, expected, visible)
    guess = np.maximum(parts.sum(axis=0), 1e-9)
    relative = np.minimum(errors**2 / guess, MOST)
    factors, _ = optimize().nnls((parts / guess).T, relative)
    return Scale(np.maximum(np.asarray(factors, dtype=np.float64), FLOOR))


def scale_of(name: str, scale: Scale, expected: Expected, visible: Numbers) -> Numbers:
    """(windows,) size of a usual error."""
    variance = (scale.factors[:, None] * _parts(name, expected, visible)).sum(axis=0)
    answer: Numbers = np.sqrt(np.maximum(variance, 1e-9))
    return answer


def ends(errors: Numbers, alpha: float) -> tuple[float, float]:
    """The conformal quantiles of the errors on either side."""
    ordered = np.sort(errors)
    rank = min(int(np.ceil((len(ordered) + 1) * (1 - alpha / 2))), len(ordered))
    return float(ordered[len(ordered) - rank]), float(ordered[rank - 1])
