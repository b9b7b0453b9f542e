"""`in_top` and `in_bottom`: among its siblings, or all of the level in the account, by percent or by count.

Compared are those whose value is known, that delivered in the window and pass the floor; without `count_zeros` only
those above zero. The rest are not judged: no data. At most that percent of the compared are in; equal values share one
fate, so where not all of them fit, none is in. A group that is no larger than the count tells nothing.
"""

from typing import ClassVar

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers
from intelligence.metrics.siblings import Codes, codes_of
from optimization.operators.base import NUMBER, Condition, Mask, Operand, Operator, Reader, Say, Sheet
from optimization.operators.values.ranked import RANKING_VALUE, Ranked, asked_of, read_ranked


class Ranking(Operator):
    kinds, inputs = NUMBER, RANKING_VALUE
    sign: ClassVar[int]
    where: ClassVar[str]
    value_help = (
        '{"percent": 20} or {"count": 3}, and as you like "among": "siblings" or "account", '
        '"floor": {"field": "spend_7d", "value": 50}, "count_zeros": false'
    )

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        return Operand(extra=read_ranked(field, raw, reader, self.value_help))

    def words(self, operand: Operand, say: Say) -> str:
        asked = asked_of(operand.extra)
        among = "its siblings" if asked.among == "siblings" else "the account"
        size = f"{asked.percent:g} % of {among}" if asked.percent else f"{asked.count} of {among}"
        floor = asked.floor
        given = [f"{say.name(floor.field)} of at least {say(floor.value, floor.field)}"] if floor else []
        given += [] if asked.count_zeros else ["a value above zero"]
        return f"is in the {self.where} {size}{' with ' if given else ''}{' and '.join(given)}"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = np.equal(_placed(condition, self.sign, sheet)[0], 1)
        return mask

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = np.equal(_placed(condition, self.sign, sheet)[0], 0)
        return mask

    def thresholds(self, condition: Condition, sheet: Sheet) -> list[float | Numbers]:
        """The border between those that are in and the next one."""
        return [_placed(condition, self.sign, sheet)[1]]

    def remarks(self, condition: Condition, sheet: Sheet) -> list[str]:
        rows = _placed(condition, self.sign, sheet)[2:].T.tolist()
        return [
            "" if place != place else f"place {place:.0f} of {size:.0f} from the {self.where}" for place, size in rows
        ]

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        return thresholds[0] - value if thresholds else None

    def probability(self, condition: Condition, sheet: Sheet) -> Numbers | None:
        """That the true value lies on its side of the border, which is taken as it is."""
        above = sheet.above(condition.field, _placed(condition, self.sign, sheet)[1])
        return above if above is None or self.sign > 0 else 1 - above


def _placed(condition: Condition, sign: int, sheet: Sheet) -> Numbers:
    """(4, n): see `Ranked.placed`."""
    asked = asked_of(condition.operand.extra)

    def make(whole: Sheet) -> Numbers:
        return asked.placed(sign * _compared(asked, whole, condition.field), _groups(asked, whole), sign)

    return sheet.over_all(f"{sign} {condition.key}", make)


def _compared(asked: Ranked, sheet: Sheet, field: Field) -> Numbers:
    """The values of those that are compared, NaN of the others."""
    values = np.asarray(sheet.column(field), dtype=np.float64)
    keep = np.greater(sheet.column(asked.delivered), 0)
    if asked.floor:
        keep &= np.greater_equal(sheet.column(asked.floor.field), sheet.value(asked.floor.value))
    return np.where(keep if asked.count_zeros else keep & (values > 0), values, np.nan)


def _groups(asked: Ranked, sheet: Sheet) -> Codes:
    if asked.among == "account":
        return np.zeros(len(sheet), dtype=np.intp)
    return sheet.over_all("siblings", lambda whole: codes_of(whole.column(asked.parent)))


class InTop(Ranking):
    key, label, where, sign = "in_top", "is in the top", "top", 1


class InBottom(Ranking):
    key, label, where, sign = "in_bottom", "is in the bottom", "bottom", -1


OPERATORS: tuple[Operator, ...] = (InTop(), InBottom())
