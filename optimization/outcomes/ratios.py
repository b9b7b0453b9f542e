"""CPA and ROAS beside what they would have been: results are compared given the spend that really was.

So an entity that merely spent more or less is not called dearer or cheaper for it by chance. Intervals as in `measure`:
quantiles of the placebo windows' errors of results given their own spend, each in units of its scale.
"""

from dataclasses import replace

import numpy as np

from optimization.outcomes.expectation import Expected
from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Numbers
from optimization.outcomes.scales import ends, fit, scale_of

Bounds = tuple[float, float, float, float]
"""actual, without, low and high of the effect; NaN = unknown."""
NAN = float("nan")


def at_spend(expected: Expected, spend: Numbers) -> Expected:
    """What this spend would bring at the expected rates."""
    share = np.divide(spend, expected.spend, out=np.zeros_like(spend), where=expected.spend > 0)
    return replace(
        expected, spend=spend, conversions=expected.conversions * share, value=expected.value * share
    )  # fmt: skip


def ratios(
    actual: Numbers, mine: Expected, after: Numbers, expected: Expected, visible: Numbers, shown: float, alpha: float
) -> dict[str, Bounds]:
    """`actual` (metrics,) and `mine` of what was changed; `after`, `expected`, `visible` of the placebo windows.

    `shown`: visible share of the window of what was changed.
    """
    if not (actual[SPEND] > 0 and mine.spend[0] > 0):
        return {"cpa": _alone(actual, mine, "cpa"), "roas": _alone(actual, mine, "roas")}
    there = (after[SPEND] > 0) & (expected.spend > 0)
    given = at_spend(Expected(*(one[there] for one in _columns(expected))), after[SPEND][there])
    own = at_spend(mine, actual[[SPEND]])
    spans = {}
    for name, metric, foreseen, wanted in (
        ("conversions_given", CONVERSIONS, given.conversions, own.conversions),
        ("value_given", VALUE, given.value, own.value),
    ):
        gaps = after[metric][there] - foreseen
        scale = fit(name, given, visible[there], gaps)
        low, high = ends(gaps / scale_of(name, scale, given, visible[there]), alpha)
        size = float(scale_of(name, scale, own, np.array([shown]))[0])
        spans[metric] = (float(wanted[0]), float(wanted[0]) + low * size, float(wanted[0]) + high * size)
    return {"cpa": _cpa(actual, spans[CONVERSIONS]), "roas": _roas(actual, spans[VALUE])}


def _columns(expected: Expected) -> tuple[Numbers, ...]:
    return (
        expected.spend, expected.conversions, expected.value, expected.order, expected.rate, expected.known,
    )  # fmt: skip


def _alone(actual: Numbers, mine: Expected, name: str) -> Bounds:
    """Only one side spent: there is nothing to compare."""
    tops = {"cpa": (SPEND, CONVERSIONS), "roas": (VALUE, SPEND)}[name]
    without = (float(mine.spend[0]), float(mine.conversions[0]), float(mine.value[0]))
    return _over(actual[tops[0]], actual[tops[1]]), _over(without[tops[0]], without[tops[1]]), NAN, NAN


def _over(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else NAN


def _cpa(actual: Numbers, span: tuple[float, float, float]) -> Bounds:
    came = _over(actual[SPEND], actual[CONVERSIONS])
    usual, fewest, most = (_over(actual[SPEND], one) for one in span)
    return came, usual, came - fewest, came - most


def _roas(actual: Numbers, span: tuple[float, float, float]) -> Bounds:
    came = float(actual[VALUE] / actual[SPEND])
    usual, least, most = (one / float(actual[SPEND]) for one in span)
    return came, usual, came - most, came - least
