"""Metrics of one's own: formulas over other fields. Names and formulas belong to a document, which resolves them."""

import numpy as np

from intelligence.metrics.families.base import ColumnOf, Resolve, nothing, numbers
from intelligence.metrics.field import Field
from intelligence.metrics.frame import Frame, Numbers, Texts


class Own:
    key = "own"

    def names(self) -> tuple[str, ...]:
        return ()

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        return None

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        if field.formula is None:
            return nothing(frame, field)
        value = field.formula.value(lambda one: numbers(column(frame, one)))
        return np.full(len(frame), value) if isinstance(value, float) else value
