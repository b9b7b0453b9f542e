"""Arithmetic over fields: `target_cpa * 2`, `cpa_7d * 1.2`, `(spend_7d - spend_3d) / 4`.

Read with Python's own parser, then rebuilt from a short list of allowed node types: anything else is refused.
A result that is not finite (a division by zero) is unknown.
"""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers

LONGEST = 200
Lookup = Callable[[Field], Numbers]
Resolve = Callable[[str], Field]

_BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", np.divide),
}


class ExpressionError(ValueError):
    """Not an expression that we compute; the text says what is wrong and where."""


@dataclass(frozen=True)
class Expression:
    """`text` is canonical (names resolved): the same calculation has the same text. Value in the field's unit.

    `parts` is (number,), (marker, field) or (function, left's parts, right's parts).
    """

    text: str
    fields: tuple[Field, ...]
    constant: float | None
    parts: tuple[Any, ...]

    @property
    def key(self) -> str:
        """Equal for equal calculations, also where two documents give one name two formulas."""
        own = [field.key for field in self.fields if field.key != field.name]
        return "; ".join((self.text, *own))

    @property
    def is_field(self) -> bool:
        """A field as it is, without arithmetic."""
        return len(self.parts) == 2

    def value(self, lookup: Lookup) -> float | Numbers:
        """The constant, or one value per row, NaN where any part is unknown or the result is not finite."""
        if self.constant is not None:
            return self.constant
        with np.errstate(all="ignore"):
            result: Numbers = _compute(self.parts, lookup)
        if not self.is_field:  # which is finite or NaN already
            result = np.where(np.isfinite(result), result, np.nan)
        return result


def _compute(parts: tuple[Any, ...], lookup: Lookup) -> Any:
    """See `Expression.parts`."""
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return lookup(parts[1])
    return parts[0](_compute(parts[1], lookup), _compute(parts[2], lookup))


def number(value: float) -> Expression:
    """A constant as an expression."""
    return Expression(f"{value:.15g}", (), float(value), (float(value),))


def parse(text: str, resolve: Resolve) -> Expression:
    """The expression that `text` means. `resolve` turns a name into a field, or raises an error of its own."""
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is {len(text)} characters long; at most {LONGEST} are read.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError):
        raise ExpressionError(f"{text!r} is neither a field nor an expression such as target_cpa * 2.") from None
    return _build(tree.body, resolve)


def _build(node: ast.expr, resolve: Resolve) -> Expression:
    match node:
        case ast.Constant(value=bool()):
            raise ExpressionError("true and false are no numbers.")
        case ast.Constant(value=int() | float() as value):
            return _constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _join(ast.Sub(), number(0), _build(inner, resolve))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _join(op, _build(left, resolve), _build(right, resolve))
        case ast.Name() | ast.Attribute():
            return _named(node, resolve)
    raise ExpressionError(f"{ast.unparse(node)!r} is not allowed: only numbers, fields, + - * / and parentheses.")


def _constant(value: float) -> Expression:
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        finite = False
    if not finite:
        raise ExpressionError("the number is too large.")
    return number(value)


def _named(node: ast.expr, resolve: Resolve) -> Expression:
    """A field; dots belong to the name, as in `actions.link_click_7d`."""
    field = resolve(ast.unparse(node))
    if field.kind != "number":
        raise ExpressionError(f"{field.name} is text; arithmetic needs numbers.")
    return Expression(field.name, (field,), None, ("field", field))


def _join(op: ast.operator, left: Expression, right: Expression) -> Expression:
    """Both sides joined; constants are folded, so a division by a constant zero is found however it is written."""
    sign, function = _BINARY[type(op)]
    if sign == "/" and right.constant == 0:
        raise ExpressionError(f"{left.text} / {right.text} divides by zero.")
    if left.constant is not None and right.constant is not None:
        return _constant(float(function(left.constant, right.constant)))
    text = f"{_bracket(left)} {sign} {_bracket(right)}"
    fields = tuple(dict.fromkeys(left.fields + right.fields))
    return Expression(text, fields, None, (function, left.parts, right.parts))


def _bracket(side: Expression) -> str:
    """In brackets if the side is itself a calculation."""
    return f"({side.text})" if len(side.parts) > 2 else side.text
