"""What a family of fields is, and the few NumPy steps that families share."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

ColumnOf = Callable[[Frame, Field], Numbers | Texts]
"""The catalog's `column`, handed down so that one family can ask for another's field."""
Resolve = Callable[[str, str], Field]
"""The catalog's `resolve`, likewise."""


class Family(Protocol):
    """One kind of fields. `resolve` answers None for a name that is not its own."""

    key: str

    def names(self) -> tuple[str, ...]:
        """Names without window, for suggestions and for pages that list the fields."""

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None: ...

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        """One value an entity; NaN or "" where unknown. Never raises for missing data."""


def stored(frame: Frame, name: str) -> Numbers | Texts | None:
    """A column that the frame holds or can rebuild, else None."""
    return frame.columns.get(name)


def nothing(frame: Frame, field: Field) -> Numbers | Texts:
    """All unknown."""
    if field.kind == NUMBER:
        return np.full(len(frame), np.nan)
    return np.full(len(frame), "", dtype="<U1")


def divide(top: Numbers, bottom: Numbers, scale: float = 1.0) -> Numbers:
    """top / bottom x scale; unknown where the bottom is zero, negative or unknown."""
    answer = np.full(len(top), np.nan)
    np.divide(top, bottom, out=answer, where=bottom > 0)
    return answer * scale if scale != 1.0 else answer


def numbers(values: Numbers | Texts) -> Numbers:
    """The same array, for the type checker: the field said that it is a number."""
    if values.dtype.kind != "f":
        raise TypeError("A number was asked of a text field.")
    return values.astype(np.float64, copy=False)
