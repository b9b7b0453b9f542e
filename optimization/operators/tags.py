"""`has_tag` and `has_no_tag`: whether people tagged the entity with one of a list. Untagged is known, not unknown."""

from typing import Any

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.tags import SIGN, BadTag, plain, unpacked
from optimization.operators.base import TAGS, Condition, Mask, Operand, Operator, Reader, Say, Sheet, ValueProblem
from optimization.operators.values.inputs import TAGS_VALUE
from optimization.operators.values.texts import known

MOST = 100


class HasTag(Operator):
    key, label = "has_tag", "has the tag"
    kinds = TAGS
    value_help = 'a tag, or a list of which one is enough: ["evergreen", "brand"]'
    inputs = TAGS_VALUE

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        given = raw if isinstance(raw, list) else [raw]
        if not given or len(given) > MOST:
            raise ValueProblem(f"{self.key} needs {self.value_help}, at most {MOST}.")
        return Operand(texts=tuple(dict.fromkeys(_tag(one, f"[{i}]") for i, one in enumerate(given))))

    def subject(self, text: str) -> str:
        return "it"

    def words(self, operand: Operand, say: Say) -> str:
        items = [f'"{tag}"' for tag in operand.texts]
        return f"{self.label} {' or '.join([', '.join(items[:-1]), items[-1]] if len(items) > 1 else items)}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        """Each distinct set of tags is looked at once."""
        sets, places = np.unique(sheet.column(condition.field), return_inverse=True)
        wanted = set(condition.operand.texts)
        answers = np.array([not wanted.isdisjoint(unpacked(str(one))) for one in sets], dtype=np.bool_)
        mask: Mask = answers[places] if len(answers) else np.zeros(len(sheet), np.bool_)
        return mask

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        mask = ~HasTag.holds(self, condition, sheet)
        mask &= known(sheet.column(condition.field))
        return mask

    def values(self, condition: Condition, sheet: Sheet) -> list[Any]:
        column = sheet.column(condition.field).tolist()
        return ["no tags" if text == SIGN else ", ".join(unpacked(str(text))) for text in column]


class HasNoTag(HasTag):
    key, label = "has_no_tag", "does not have the tag"
    value_help = 'a tag, or a list of which none may stand on it: ["evergreen", "brand"]'

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        return super().fails(condition, sheet)

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        return super().holds(condition, sheet)


def _tag(raw: object, place: str) -> str:
    try:
        return plain(raw if isinstance(raw, str) else "")
    except BadTag as problem:
        raise ValueProblem(str(problem), place) from None


OPERATORS: tuple[Operator, ...] = (HasTag(), HasNoTag())
