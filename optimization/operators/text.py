"""`is` and `is_not`, `contains` and `matches` on texts. Letter case matters only for `is` and `is_not`."""

import re
from collections.abc import Callable

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators.base import TEXT, Condition, Mask, Operand, Operator, Reader, Say, Sheet, ValueProblem
from optimization.operators.values.inputs import TEXT_VALUE
from optimization.operators.values.pattern import safe_pattern
from optimization.operators.values.texts import is_none_of, is_one_of, known, one_text


class Is(Operator):
    key, label = "is", "is"
    kinds = TEXT
    value_help = "a text, such as LEARNING"
    inputs = TEXT_VALUE

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        return Operand(texts=(one_text(field, raw),))

    def words(self, operand: Operand, say: Say) -> str:
        return f"{self.label} {operand.texts[0]}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return is_one_of(sheet.column(condition.field), condition.operand.texts)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return is_none_of(sheet.column(condition.field), condition.operand.texts)


class IsNot(Is):
    key, label = "is_not", "is not"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return is_none_of(sheet.column(condition.field), condition.operand.texts)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return is_one_of(sheet.column(condition.field), condition.operand.texts)


class Contains(Operator):
    key, label = "contains", "contains"
    kinds = TEXT
    value_help = "a part of the text; upper and lower case are the same"

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if not isinstance(raw, str) or not raw.strip():
            raise ValueProblem(f"{self.key} needs the text to look for.")
        return Operand(texts=(raw,))

    def words(self, operand: Operand, say: Say) -> str:
        return f'{self.label} "{operand.texts[0]}"'

    def _test(self, operand: Operand) -> Callable[[str], bool]:
        part = operand.texts[0].casefold()
        return lambda text: part in text.casefold()

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return _where(self._test(condition.operand), condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        mask = ~self.holds(condition, sheet)
        mask &= known(sheet.column(condition.field))
        return mask


class Matches(Contains):
    key, label = "matches", "matches"
    value_help = "a regular expression, found anywhere in the text; upper and lower case are the same"

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        operand = super().read(field, raw, reader)
        safe_pattern(operand.texts[0])
        return operand

    def _test(self, operand: Operand) -> Callable[[str], bool]:
        pattern = re.compile(operand.texts[0], re.IGNORECASE)
        return lambda text: pattern.search(text) is not None


def _where(test: Callable[[str], bool], condition: Condition, sheet: Sheet) -> Mask:
    """`test` is asked once per distinct text, never of an unknown one."""
    texts = sheet.column(condition.field).tolist()
    answers = {text: test(text) for text in set(texts) if text}
    return np.fromiter((answers.get(text, False) for text in texts), dtype=np.bool_, count=len(texts))


OPERATORS: tuple[Operator, ...] = (Is(), IsNot(), Contains(), Matches())
