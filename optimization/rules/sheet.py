"""The data that rules are evaluated on, with everything that several of them ask for computed once."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import catalog
from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.posterior import Belief, Beliefs
from optimization.operators.base import Column, Condition, Make, Mask
from optimization.operators.values.expression import Expression

# (field, "day" or "hour", count) -> (count, rows) of the last complete days or hours, NaN = unknown; None = not kept.
History = Callable[[Field, str, int], Numbers | None]


@dataclass(frozen=True)
class Context:
    """What evaluation may ask beyond the frame. Without a history, durations read no data."""

    history: History | None = None


class FrameSheet:
    """All rows of one frame. Columns and expressions are kept, and of the masks those whose keys are in `keep`."""

    def __init__(self, frame: Frame, context: Context | None = None, keep: Set[tuple[str, bool]] = frozenset()) -> None:
        self.frame = frame
        self._keep = keep
        self._context = context or Context()
        self._columns: dict[str, Column] = {}
        self._values: dict[str, float | Numbers] = {}
        self._histories: dict[tuple[str, str, int], Numbers | None] = {}
        self._masks: dict[tuple[str, bool], Mask] = {}
        self._made_of_all: dict[str, NDArray[Any]] = {}
        self._beliefs = Beliefs(frame, self.column)

    def __len__(self) -> int:
        return len(self.frame)

    def column(self, field: Field) -> Column:
        found = self._columns.get(field.key)
        if found is None:
            found = self._columns[field.key] = self._made(field)
        return found

    def _made(self, field: Field) -> Column:
        """A metric of one's own from columns that are kept here, anything else from the frame."""
        if field.formula is None:
            return catalog.column(self.frame, field)
        value = field.formula.value(self._numbers)
        return np.full(len(self), value) if isinstance(value, float) else value

    def value(self, expression: Expression) -> float | Numbers:
        if expression.constant is not None:
            return expression.constant
        found = self._values.get(expression.key)
        if found is None:
            found = self._values[expression.key] = expression.value(self._numbers)
        return found

    def history(self, field: Field, unit: str, count: int) -> Numbers | None:
        key = (field.key, unit, count)
        if key not in self._histories:
            ask = self._own_history if field.formula else self._context.history
            self._histories[key] = ask(field, unit, count) if ask else None
        return self._histories[key]

    def _own_history(self, field: Field, unit: str, count: int) -> Numbers | None:
        """A metric of one's own is computed in each period from the figures of that period."""
        if field.formula is None:
            return None
        parts = {part.key: self.history(part, unit, count) for part in field.formula.fields}
        held = {key: past for key, past in parts.items() if past is not None}
        value = field.formula.value(lambda part: held[part.key]) if len(held) == len(parts) else None
        return None if isinstance(value, float) else value

    def above(self, field: Field, threshold: float | Numbers) -> Numbers | None:
        belief = self.belief(field)
        return None if belief is None else belief.above(threshold)

    def belief(self, field: Field) -> Belief | None:
        """What is believed of the true rate; None = the field is exact."""
        return self._beliefs.of(field)

    def over_all(self, key: str, make: Make) -> NDArray[Any]:
        if key not in self._made_of_all:
            self._made_of_all[key] = make(self)
        return self._made_of_all[key]

    def mask(self, condition: Condition, key: tuple[str, bool]) -> Mask:
        """Where the condition is known to hold, or to fail if the key says so. A kept mask is read-only."""
        found = self._masks.get(key)
        if found is None:
            operator = condition.operator
            found = operator.holds(condition, self) if key[1] else operator.fails(condition, self)
            if key in self._keep:
                found.flags.writeable = False
                self._masks[key] = found
        return found

    @property
    def kept(self) -> Set[tuple[str, bool]]:
        """Keys of the masks that are shared so far."""
        return self._masks.keys()

    def take(self, rows: NDArray[np.intp]) -> "RowsSheet":
        """The same data at some rows only."""
        return RowsSheet(self, rows)

    def _numbers(self, field: Field) -> Numbers:
        column: Numbers = self.column(field)  # type: ignore[assignment]  # expressions hold number fields only
        return column


class RowsSheet:
    """Some rows of a FrameSheet."""

    def __init__(self, whole: FrameSheet, rows: NDArray[np.intp]) -> None:
        self._whole = whole
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, field: Field) -> Column:
        return self._whole.column(field)[self._rows]

    def value(self, expression: Expression) -> float | Numbers:
        value = self._whole.value(expression)
        return value if isinstance(value, float) else value[self._rows]

    def history(self, field: Field, unit: str, count: int) -> Numbers | None:
        past = self._whole.history(field, unit, count)
        return None if past is None else past[:, self._rows]

    def above(self, field: Field, threshold: float | Numbers) -> Numbers | None:
        belief = self._whole.belief(field)
        return None if belief is None else belief.take(self._rows).above(threshold)

    def over_all(self, key: str, make: Make) -> NDArray[Any]:
        found: NDArray[Any] = self._whole.over_all(key, make)[..., self._rows]
        return found
