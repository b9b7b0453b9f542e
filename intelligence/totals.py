"""The totals of one day at one level, as columns: what a Reading holds.

Columns: `impressions reach clicks inline_link_clicks spend thruplays` (spend in the major unit), one
`actions.<type>` and `action_values.<type>` for each type that some row named, and two marks that say whether the row
had the list at all. A type that a row with a list does not name is a known zero; without a list it is unknown.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.columns import BadColumns, Column, pack, unpack

Numbers = NDArray[np.float64]
Keys = NDArray[np.int64]

ACTIONS, VALUES = "actions", "action_values"
PLAIN: tuple[str, ...] = ("impressions", "reach", "clicks", "inline_link_clicks", "spend", "thruplays")
_IDS = "ids"


@dataclass(frozen=True)
class Totals:
    """`ids` ascending, as integers (Meta's ids are digits); each column has one value an id, NaN = not reported."""

    ids: Keys
    columns: dict[str, Numbers]

    def __len__(self) -> int:
        return len(self.ids)

    def metric(self, name: str) -> Numbers:
        """A column by name; a type that nobody reported that day is 0 where the row had a list, else unknown."""
        held = self.columns.get(name)
        if held is not None:
            return held
        mark = self.columns.get(name.partition(".")[0]) if "." in name else None
        if mark is None:
            return np.full(len(self.ids), np.nan)
        return np.where(mark > 0, 0.0, np.nan)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Action types that some row named, without prefix."""
        prefix = f"{ACTIONS}."
        return tuple(name.removeprefix(prefix) for name in self.columns if name.startswith(prefix))

    def pack(self) -> bytes:
        return pack({_IDS: self.ids, **self.columns})


def unpack_totals(blob: bytes | memoryview) -> Totals:
    """Raises BadColumns."""
    columns: dict[str, NDArray[Any]] = unpack(blob)
    ids: Column | None = columns.pop(_IDS, None)
    if ids is None or ids.dtype.kind != "i":
        raise BadColumns("A reading without ids.")
    return Totals(ids, columns)


EMPTY = Totals(np.zeros(0, dtype=np.int64), {})
"""A completed read that listed nobody."""


def keys_of(ids: NDArray[np.str_]) -> Keys:
    """Ids as integers. One that is no number gets a negative key of its own, so that it meets no reading."""
    try:
        return ids.astype(np.int64)
    except (ValueError, OverflowError):
        return np.array([int(t) if t.isascii() and t.isdigit() else -1 - i for i, t in enumerate(ids)], dtype=np.int64)
