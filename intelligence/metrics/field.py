"""What a metric's name means: a field, with its window, its unit and the family that computes it."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from intelligence.metrics.frame import Numbers

NUMBER, TEXT, TAGS = "number", "text", "tags"


class Formula(Protocol):
    """What computes a metric of one's own: arithmetic over other fields, hashable."""

    @property
    def text(self) -> str:
        """Canonical: the same calculation has the same text."""

    @property
    def fields(self) -> "tuple[Field, ...]":
        """The fields that it reads."""

    def value(self, lookup: "Callable[[Field], Numbers]") -> float | Numbers:
        """One value a row, NaN where a part is unknown or the result is not finite."""


@dataclass(frozen=True)
class Field:
    """`name` is canonical ("cpa_7d"), `base` without the window ("cpa"), `window` None where none applies.

    `kind` is "number", "text" or "tags" (see `intelligence.metrics.tags`). `unit`: money (major unit of the account's
    currency), percent (1.5 = 1.5 %), ratio, count, hours, days, score, position, text, or "" for a calculation of which
    we can't tell. `family` is the key of the family that computes it. `inner` is the field that a relative one is
    about; `formula` computes a metric of one's own.
    """

    name: str
    base: str
    window: str | None
    kind: str
    unit: str
    family: str
    inner: "Field | None" = None
    formula: Formula | None = None

    @property
    def key(self) -> str:
        """Equal for fields of equal values: two documents may give one name two formulas."""
        if self.formula is not None:
            parts = "".join(f";{one.key}" for one in self.formula.fields if one.key != one.name)
            return f"{self.name}={self.formula.text}{parts}"
        if self.inner is not None and self.inner.key != self.inner.name:
            return f"{self.name}({self.inner.key})"
        return self.name


class UnknownField(LookupError):
    """No such field. `nearest` holds the valid names that look most like it, best first (may be empty)."""

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"There is no field “{name}”.{hint}")
        self.name = name
        self.nearest = nearest


def unknown(name: str, known: Iterable[str]) -> UnknownField:
    return UnknownField(name, tuple(difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)))
