"""How a change that response curves ask for explains itself: the sentence, the trace, the figures for the page."""

from typing import Any

import numpy as np

from metaads.graph.money import money_text
from optimization.optimizer.mix import AD, Stop
from optimization.optimizer.panel import Numbers
from optimization.optimizer.plan import Move
from optimization.optimizer.response import Levels

BY_CURVE = "response_curve"
"""Reason code."""
RESPONSE = "response"
"""Place, among the figures of a proposal, of what the page draws (`plan_drawing`)."""
POINTS, SPAN = 25, 2.0
"""A curve is told at so many spends, from 0 to SPAN times the larger of today's and the new one."""
BY_DRAW = "by one draw from what is believed, not by the expectation"
DAYS = 30


def of_stop(one: Stop, levels: Levels, currency: str) -> dict[str, Any]:
    """Reason, trace, metrics and confidence of a pause whose money goes on to siblings."""
    what = "ads of its ad set" if one.level == AD else "ad sets of its campaign"
    reason = (
        f"It returns {one.roas:.2f} for each unit spent, the other {what} {one.instead:.2f}, and its "
        f"{money_text(round(one.spend), currency)} a day would go to them. {_gain_text(one, currency)}"
    )
    figures = {"roas": _round(one.roas), "instead": _round(one.instead), "old": round(one.spend), "new": 0}
    return _told(one, reason, figures, levels, _leaf("ROAS of its siblings", one.instead, ">", one.roas))


def of_move(one: Move, levels: Levels, currency: str) -> dict[str, Any]:
    """The same of a budget; `wanted` None = it stops altogether."""
    earns = f"At {money_text(round(one.spend), currency)} a day it returns {one.roas:.2f} for each unit spent"
    next_unit, growing = one.roas * levels.elasticity, one.wanted is not None and one.wanted > one.purse.now
    if one.wanted is None:
        reason = f"{earns}, and would lose at any budget worth keeping. {_gain_text(one, currency)}"
    else:
        reason = f"{earns}, its next unit {next_unit:.2f}; {_price_text(one, growing)} {_gain_text(one, currency)}"
    figures: dict[str, Any] = {"roas": _round(one.roas), "after": _round(one.after), "next_unit": _round(next_unit)}
    figures |= {"old": round(one.spend), "new": round(one.planned), "curve": _curve(one, one.planned)}
    figures |= {"price": _round(one.price), "short": one.short}
    leaf = _leaf("What its next unit earns", next_unit, ">" if growing else "<", one.price)
    return _told(one, reason, figures, levels, leaf)


def _price_text(one: Move, growing: bool) -> str:
    if one.short and not growing:
        return (
            f"the account's budgets are at their limit, where a unit can earn {one.price:.2f} elsewhere: worth moving. "
            "The gain holds once it is spent there."
        )
    why = "at the limit of the account's budgets" if one.short else "to pay"
    return f"it must bring {one.price:.2f} {why}: worth spending {'more' if growing else 'less'}."


def _told(
    one: Stop | Move, reason: str, figures: dict[str, Any], levels: Levels, leaf: dict[str, Any]
) -> dict[str, Any]:
    gain = [round(part) for part in one.gain]
    shared = {"gain_a_day": gain, "elasticity": _round(levels.elasticity), "spread": _round(levels.elasticity_spread)}
    return {
        "reason": reason,
        "confidence": round(one.confidence, 4),
        "metrics": {RESPONSE: {**figures, **shared}},
        "trace": {"node": "all", "path": "", "result": "true", "children": [leaf]},
    }


def _gain_text(one: Stop | Move, currency: str) -> str:
    low, middle, high = (money_text(round(part), currency) for part in one.gain)
    return f"Expected gain {middle} a day, 80 % between {low} and {high}."


def _leaf(label: str, value: float, operator: str, threshold: float) -> dict[str, Any]:
    words = "above" if operator == ">" else "below"
    holds = value > threshold if operator == ">" else value < threshold
    return {
        "node": "leaf", "path": "", "expression": "", "near_miss": None, "age_minutes": None,
        "result": "true" if holds else "unknown", "remark": "response curve" if holds else BY_DRAW,
        "field": "response", "label": label, "base": "roas", "window": f"{DAYS}d", "unit": "ratio",
        "value": _round(value), "operator": operator, "threshold": _round(threshold),
        "text": f"{label} {words} {threshold:.2f}",
    }  # fmt: skip


def _curve(one: Move, new: float) -> dict[str, list[float]]:
    """Value a day at rising spends: 10 %, expected, 90 %. Minor units."""
    spends: Numbers = np.linspace(0.0, SPAN * max(one.spend, new), POINTS)
    values = np.array([one.curve.value(float(spend)) for spend in spends])
    low, high = np.quantile(values[:, :-1], (0.1, 0.9), axis=1)
    lines = {"spend": spends, "low": low, "expected": values[:, -1], "high": high}
    return {name: [round(float(point)) for point in line] for name, line in lines.items()}


def _round(value: float) -> float:
    return round(float(value), 3)
