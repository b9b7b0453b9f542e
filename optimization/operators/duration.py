"""`for_days` and `for_hours`: a comparison has held in every one of the last N complete days (hours).

`{"field": "roas", "operator": "for_days", "value": {"days": 3, "operator": "<", "value": 1}}`: each of the last 3 days
had a ROAS under 1. The threshold may be an expression; it is taken as it is now. One day known to fail settles it;
otherwise one unknown day leaves it unknown.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators import between, comparison
from optimization.operators.base import (
    NUMBER,
    Condition,
    Mask,
    Operand,
    Operator,
    PastSheet,
    Reader,
    Say,
    Sheet,
    ValueProblem,
)
from optimization.operators.values.inputs import periods
from optimization.operators.values.periods import is_kept

INNER = {one.key: one for one in (*comparison.OPERATORS, *between.OPERATORS)}


class Duration(Operator):
    kinds = NUMBER
    own_window = True
    unit: ClassVar[str]
    window: ClassVar[str]
    most: ClassVar[int]

    def reads(self, field: Field, reader: Reader) -> Field:
        """The field over one period; a window in the name would be a second, contradicting one."""
        super().reads(field, reader)
        if field.window and reader.written.endswith(f"_{field.window}"):
            raise ValueProblem(f"{self.key} reads each {self.unit} by itself: write {field.base}, without a window.")
        over_one = reader.field(f"{field.base}_{self.window}") if field.window and is_kept(field) else field
        if not is_kept(over_one):
            raise ValueProblem(f"{field.name} is not kept by {self.unit}; sums such as spend and ratios are.")
        return over_one

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if not isinstance(raw, Mapping) or set(raw) != {f"{self.unit}s", "operator", "value"}:
            raise ValueProblem(f"{self.key} needs {self.value_help}.")
        count, inner = raw[f"{self.unit}s"], INNER.get(str(raw["operator"]))
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= self.most:
            raise ValueProblem(f"{count!r} is not a whole number from 1 to {self.most}.", f".{self.unit}s")
        if inner is None:
            raise ValueProblem(f"{raw['operator']!r} is not possible here; use {' '.join(INNER)}.", ".operator")
        try:
            operand = inner.read(field, raw["value"], reader)
        except ValueProblem as problem:
            raise ValueProblem(problem.message, f".value{problem.place}") from None
        return Operand(terms=operand.terms, count=count, inner=inner)

    def words(self, operand: Operand, say: Say) -> str:
        span = f"each of the last {operand.count} {self.unit}s" if operand.count > 1 else f"the last {self.unit}"
        inner = operand.inner
        return f"{inner.words(operand, say)} in {span}" if inner else span

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return self._periods(condition, sheet, held=True)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return self._periods(condition, sheet, held=False)

    def _periods(self, condition: Condition, sheet: Sheet, held: bool) -> Mask:
        """Where every period held, or at least one failed."""
        inner, past = condition.operand.inner, sheet.history(condition.field, self.unit, condition.operand.count)
        if inner is None or past is None:
            return np.zeros(len(sheet), np.bool_)
        ask, join = (inner.holds, np.logical_and) if held else (inner.fails, np.logical_or)
        mask: Mask = join.reduce(ask(condition, PastSheet(past, sheet)), axis=0)
        return mask

    def values(self, condition: Condition, sheet: Sheet) -> list[Any]:
        """Per row the list of past values, oldest first."""
        past = sheet.history(condition.field, self.unit, condition.operand.count)
        return [None] * len(sheet) if past is None else past.T.tolist()


class ForDays(Duration):
    key, label, unit, window, most = "for_days", "held in each of the last days", "day", "yesterday", 28
    value_help, inputs = '{"days": 3, "operator": "<", "value": 1}', periods("day", INNER.values())


class ForHours(Duration):
    key, label, unit, window, most = "for_hours", "held in each of the last hours", "hour", "1h", 72
    value_help, inputs = '{"hours": 6, "operator": ">", "value": 50}', periods("hour", INNER.values())


OPERATORS: tuple[Operator, ...] = (ForDays(), ForHours())
