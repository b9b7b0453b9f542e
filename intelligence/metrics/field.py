"""What a metric's name means: a field, with its window, its unit and the family that computes it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

NUMBER, TEXT = "number", "text"


@dataclass(frozen=True)
class Field:
    """`name` is canonical ("cpa_7d"), `base` without the window ("cpa"), `window` None where none applies.

    `kind` is "number" or "text". `unit`: money (major unit of the account's currency), percent (1.5 = 1.5 %),
    ratio, count, hours, days, score, position or text. `family` is the key of the family that computes it.
    `inner` is the field that a relative one is about.
    """

    name: str
    base: str
    window: str | None
    kind: str
    unit: str
    family: str
    inner: "Field | None" = None


class UnknownField(LookupError):
    """No such field. `nearest` holds the valid names that look most like it, best first (may be empty)."""

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
        super().__init__(f"There is no field “{name}”.{hint}")
        self.name = name
        self.nearest = nearest


def unknown(name: str, known: Iterable[str]) -> UnknownField:
    return UnknownField(name, tuple(difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)))
