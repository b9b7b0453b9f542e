"""`in` and `not_in`: the field is one of a list of numbers or texts."""

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators.base import ANY, Condition, Mask, Operand, Operator, Reader, Say, Sheet, ValueProblem
from optimization.operators.values.inputs import LIST_VALUE
from optimization.operators.values.texts import is_none_of, is_one_of, one_text

MOST = 1000


class In(Operator):
    key, label = "in", "is one of"
    kinds = ANY
    value_help = 'a list: ["ACTIVE", "PAUSED"] or [1, 2, 3]'
    inputs = LIST_VALUE

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if not isinstance(raw, list) or not raw:
            raise ValueProblem(f"{self.key} needs a list with at least one value.")
        if len(raw) > MOST:
            raise ValueProblem(f"the list has {len(raw)} values; at most {MOST} are read.")
        places = [(value, f"[{i}]") for i, value in enumerate(raw)]
        if field.kind == "text":
            return Operand(texts=tuple(dict.fromkeys(one_text(field, value, place) for value, place in places)))
        return Operand(terms=tuple(dict.fromkeys(reader.number(value, field, place) for value, place in places)))

    def words(self, operand: Operand, say: Say) -> str:
        items = list(operand.texts) or [say(term) for term in operand.terms]
        return f"{self.label} {' or '.join([', '.join(items[:-1]), items[-1]] if len(items) > 1 else items)}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return _member(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return _stranger(condition, sheet)


class NotIn(In):
    key, label = "not_in", "is none of"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return _stranger(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return _member(condition, sheet)


def _member(condition: Condition, sheet: Sheet) -> Mask:
    if condition.operand.texts:
        return is_one_of(sheet.column(condition.field), condition.operand.texts)
    column = sheet.column(condition.field)
    mask: Mask = np.zeros(len(sheet), dtype=np.bool_)
    for term in condition.operand.terms:
        mask |= np.equal(column, sheet.value(term))
    return mask


def _stranger(condition: Condition, sheet: Sheet) -> Mask:
    """Known to differ from every listed value; one unknown value in the list leaves it open."""
    if condition.operand.texts:
        return is_none_of(sheet.column(condition.field), condition.operand.texts)
    column = sheet.column(condition.field)
    mask: Mask = np.ones(len(sheet), dtype=np.bool_)
    for term in condition.operand.terms:
        wanted = sheet.value(term)
        mask &= np.less(column, wanted) | np.greater(column, wanted)
    return mask


OPERATORS: tuple[Operator, ...] = (In(), NotIn())
