"""`>` `>=` `<` `<=` on numbers, `=` and `!=` on numbers and texts."""

from typing import ClassVar

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators.base import ANY, NUMBER, Condition, Mask, Operand, Operator, Reader, Say, Sheet
from optimization.operators.values.texts import is_none_of, is_one_of, one_text


class Comparison(Operator):
    """NaN compares false on both sides in NumPy, so each mask is one comparison."""

    kinds = NUMBER
    value_help = "a number, a field, or an expression such as target_cpa * 2"
    phrase: ClassVar[str]
    yes: ClassVar[np.ufunc]
    no: ClassVar[np.ufunc]

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        return Operand(terms=(reader.number(raw, field),))

    def words(self, operand: Operand, say: Say) -> str:
        return f"{self.phrase} {say(operand.terms[0])}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = self.yes(sheet.column(condition.field), sheet.value(condition.operand.terms[0]))
        return mask

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = self.no(sheet.column(condition.field), sheet.value(condition.operand.terms[0]))
        return mask

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        return thresholds[0] - value


class Over(Comparison):
    key, label, phrase = ">", "is over", "is over"
    yes, no, side = np.greater, np.less_equal, 1


class AtLeast(Comparison):
    key, label, phrase = ">=", "is at least", "is at least"
    yes, no, side = np.greater_equal, np.less, 1


class Under(Comparison):
    key, label, phrase = "<", "is under", "is under"
    yes, no, side = np.less, np.greater_equal, -1


class AtMost(Comparison):
    key, label, phrase = "<=", "is at most", "is at most"
    yes, no, side = np.less_equal, np.greater, -1


class Equal(Comparison):
    """Also for texts. `!=` is its mirror, so that an unknown satisfies neither."""

    key, label, phrase = "=", "equals", "is"
    kinds = ANY
    value_help = "a number, a text, a field, or an expression"

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if field.kind == "text":
            return Operand(texts=(one_text(field, raw),))
        return super().read(field, raw, reader)

    def words(self, operand: Operand, say: Say) -> str:
        return f"{self.phrase} {operand.texts[0] if operand.texts else say(operand.terms[0])}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        if condition.operand.texts:
            return is_one_of(sheet.column(condition.field), condition.operand.texts)
        mask: Mask = np.equal(sheet.column(condition.field), sheet.value(condition.operand.terms[0]))
        return mask

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        if condition.operand.texts:
            return is_none_of(sheet.column(condition.field), condition.operand.texts)
        column, wanted = sheet.column(condition.field), sheet.value(condition.operand.terms[0])
        # not `column != wanted`: NaN differs from everything, and an unknown must not.
        mask: Mask = np.less(column, wanted)
        mask |= np.greater(column, wanted)
        return mask


class Different(Equal):
    key, label, phrase = "!=", "differs from", "is not"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return super().fails(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return super().holds(condition, sheet)


OPERATORS: tuple[Operator, ...] = (Over(), AtLeast(), Under(), AtMost(), Equal(), Different())
