"""`increasing`, `decreasing`, `stable`: words for a ratio's trend. Stable is an absolute trend under 5 %.

A field that is not itself a trend is read through its trend: `ctr_3d increasing` reads `ctr_trend_3d`, any other
window the 7-day one. The trend's unit is percent over its window.
"""

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators.base import (
    NUMBER,
    Column,
    Condition,
    Mask,
    Operand,
    Operator,
    Reader,
    Say,
    Sheet,
    ValueProblem,
)
from optimization.operators.values.inputs import NO_VALUE

STABLE_BELOW = 5.0


class Trend(Operator):
    kinds = NUMBER
    value_help = "no value"
    inputs = NO_VALUE

    def reads(self, field: Field, reader: Reader) -> Field:
        super().reads(field, reader)
        if field.base.endswith("_trend"):
            return field
        window = "3d" if field.window == "3d" else "7d"
        try:
            return reader.field(f"{field.base}_trend_{window}")
        except ValueProblem:
            raise ValueProblem(f"{field.name} has no trend; ratios such as ctr, cpa and roas have one.") from None

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if raw is not None:
            raise ValueProblem(f"{self.key} takes no value: leave it out.")
        return Operand()

    def subject(self, text: str) -> str:
        return text.removesuffix(" trend")

    def words(self, operand: Operand, say: Say) -> str:
        return self.label

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return self._where(sheet.column(condition.field))

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        column = sheet.column(condition.field)
        mask = ~self._where(column)
        mask &= np.equal(column, column)  # NaN is not equal to itself
        return mask

    def _where(self, trend: Column) -> Mask:
        raise AssertionError("each trend word says where it holds")


class Increasing(Trend):
    key, label = "increasing", "is increasing"

    def _where(self, trend: Column) -> Mask:
        mask: Mask = np.greater_equal(trend, STABLE_BELOW)
        return mask

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        return STABLE_BELOW - value


class Decreasing(Trend):
    key, label = "decreasing", "is decreasing"

    def _where(self, trend: Column) -> Mask:
        mask: Mask = np.less_equal(trend, -STABLE_BELOW)
        return mask

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        return -STABLE_BELOW - value


class Stable(Trend):
    key, label = "stable", "is stable"

    def _where(self, trend: Column) -> Mask:
        mask: Mask = np.less(np.abs(trend), STABLE_BELOW)
        return mask

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        return (STABLE_BELOW if value > 0 else -STABLE_BELOW) - value


OPERATORS: tuple[Operator, ...] = (Increasing(), Decreasing(), Stable())
