"""`between` and `not_between`: both bounds belong to the range."""

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers
from optimization.operators.base import NUMBER, Condition, Mask, Operand, Operator, Reader, Say, Sheet, ValueProblem
from optimization.operators.values.inputs import TWO_VALUES


class Between(Operator):
    key, label = "between", "is between"
    kinds = NUMBER
    value_help = "two values, the lower one first: [10, 20]"
    inputs = TWO_VALUES

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if not isinstance(raw, list) or len(raw) != 2:
            raise ValueProblem(f"{self.key} needs two values, the lower one first, such as [10, 20].")
        low, high = (reader.number(value, field, f"[{i}]") for i, value in enumerate(raw))
        if low.constant is not None and high.constant is not None and low.constant > high.constant:
            raise ValueProblem(f"the lower bound {low.text} is above the upper bound {high.text}.")
        return Operand(terms=(low, high))

    def words(self, operand: Operand, say: Say) -> str:
        return f"{self.label} {say(operand.terms[0])} and {say(operand.terms[1])}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return _inside(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return _outside(condition, sheet)

    def probability(self, condition: Condition, sheet: Sheet) -> Numbers | None:
        low, high = (sheet.above(condition.field, sheet.value(term)) for term in condition.operand.terms)
        return None if low is None or high is None else np.maximum(low - high, 0)

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        low, high = thresholds
        return low - value if value < low else high - value


class NotBetween(Between):
    key, label = "not_between", "is not between"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return _outside(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return _inside(condition, sheet)

    def probability(self, condition: Condition, sheet: Sheet) -> Numbers | None:
        inside = super().probability(condition, sheet)
        return None if inside is None else 1 - inside

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        low, high = thresholds
        return low - value if value - low < high - value else high - value


def _inside(condition: Condition, sheet: Sheet) -> Mask:
    column = sheet.column(condition.field)
    low, high = (sheet.value(term) for term in condition.operand.terms)
    mask: Mask = np.greater_equal(column, low)
    mask &= np.less_equal(column, high)
    return mask


def _outside(condition: Condition, sheet: Sheet) -> Mask:
    """Known to be below the lower or above the upper bound, even where the other bound is unknown."""
    column = sheet.column(condition.field)
    low, high = (sheet.value(term) for term in condition.operand.terms)
    mask: Mask = np.less(column, low)
    mask |= np.greater(column, high)
    return mask


OPERATORS: tuple[Operator, ...] = (Between(), NotBetween())
