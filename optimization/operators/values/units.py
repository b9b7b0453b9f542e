"""The unit of a calculation, worked out from the units of its parts where that is sure.

Money per thing is money, a thing per thing is a ratio, a plain number changes nothing. Everything else (money times
money, money plus a count) is a figure without a unit that we can name: "".
"""

import operator
from typing import Any

import numpy as np

from optimization.operators.values.expression import Expression

PLAIN, UNKNOWN = "plain", ""
THINGS = frozenset({"count", "days", "hours"})
ADDING = frozenset({operator.add, operator.sub})


def unit_of(expression: Expression) -> str:
    """A unit of the catalogue; "" = none that we can tell. A bare number is a ratio."""
    unit = _unit(expression.parts)
    return "ratio" if unit == PLAIN else unit


def _unit(parts: tuple[Any, ...]) -> str:
    if len(parts) == 1:
        return PLAIN
    if len(parts) == 2:
        return str(parts[1].unit)
    function, left, right = parts[0], _unit(parts[1]), _unit(parts[2])
    if function in ADDING:
        return _added(left, right)
    return _divided(left, right) if function is np.divide else _multiplied(left, right)


def _added(left: str, right: str) -> str:
    if PLAIN in (left, right):
        return right if left == PLAIN else left
    return left if left == right else UNKNOWN


def _multiplied(left: str, right: str) -> str:
    """Conversions times CPA is money; a ratio scales."""
    for one, other in ((left, right), (right, left)):
        if one in (PLAIN, "ratio"):
            return "ratio" if (other, one) == (PLAIN, "ratio") else other
        if one == "money" and other in THINGS:
            return "money"
    return UNKNOWN


def _divided(left: str, right: str) -> str:
    if right in (PLAIN, "ratio") and left != PLAIN:
        return left
    if left == right or (left in THINGS and right in THINGS):
        return "ratio" if left else UNKNOWN
    return "money" if left == "money" and right in THINGS else UNKNOWN
