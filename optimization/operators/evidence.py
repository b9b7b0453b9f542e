"""`probably`: the true rate holds against a threshold with at least this probability, not just the measured one.

`{"field": "cpa_7d", "operator": "probably", "value": {"operator": ">", "value": "target_cpa", "probability": 90}}`.
A handful of conversions says little: the posterior shrinks it to the parent (`intelligence.metrics.posterior`). It also
speaks where the rate itself cannot be computed, as a CPA without any conversion after much spend.
"""

from collections.abc import Mapping

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers
from intelligence.metrics.posterior import is_rate
from optimization.operators import comparison
from optimization.operators.base import NUMBER, Condition, Mask, Operand, Operator, Reader, Say, Sheet, ValueProblem
from optimization.operators.values.inputs import likely

INNER = {one.key: one for one in comparison.OPERATORS if one.side}
LEAST, MOST = 50, 99.9


class Probably(Operator):
    key, label = "probably", "is probably"
    kinds = NUMBER
    value_help = '{"operator": ">", "value": "target_cpa", "probability": 90}'
    inputs = likely(INNER.values())

    def reads(self, field: Field, reader: Reader) -> Field:
        super().reads(field, reader)
        if not is_rate(field):
            raise ValueProblem(f"{field.name} is no rate such as cpa, roas, ctr or cpc; compare it directly.")
        return field

    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        if not isinstance(raw, Mapping) or set(raw) != {"operator", "value", "probability"}:
            raise ValueProblem(f"{self.key} needs {self.value_help}.")
        inner, sure = INNER.get(str(raw["operator"])), raw["probability"]
        if inner is None:
            raise ValueProblem(f"{raw['operator']!r} is not possible here; use {' '.join(INNER)}.", ".operator")
        if isinstance(sure, bool) or not isinstance(sure, int | float) or not LEAST <= sure <= MOST:
            wrong = f"{sure!r} is not a percentage from {LEAST} to {MOST}; write 90 for 90 %."
            raise ValueProblem(wrong, ".probability")
        try:
            operand = inner.read(field, raw["value"], reader)
        except ValueProblem as problem:
            raise ValueProblem(problem.message, f".value{problem.place}") from None
        return Operand(terms=operand.terms, inner=inner, extra=float(sure))

    def words(self, operand: Operand, say: Say) -> str:
        inner = operand.inner.words(operand, say).removeprefix("is ") if operand.inner else ""
        return f"is {inner} with a probability of at least {operand.extra:g} %"

    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = np.greater_equal(self._sure(condition, sheet), _wanted(condition))
        return mask

    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        mask: Mask = np.less(self._sure(condition, sheet), _wanted(condition))
        return mask

    def remarks(self, condition: Condition, sheet: Sheet) -> list[str]:
        sure = (100 * self._sure(condition, sheet)).tolist()
        return ["" if one != one else f"{min(one, 99.9):.3g} % probable" for one in sure]

    def probability(self, condition: Condition, sheet: Sheet) -> Numbers | None:
        return self._sure(condition, sheet)

    def _sure(self, condition: Condition, sheet: Sheet) -> Numbers:
        """(n,) the probability, NaN = unknown."""
        inner = condition.operand.inner
        found = inner.probability(condition, sheet) if inner else None
        return np.full(len(sheet), np.nan) if found is None else found


def _wanted(condition: Condition) -> float:
    return float(str(condition.operand.extra)) / 100


OPERATORS: tuple[Operator, ...] = (Probably(),)
