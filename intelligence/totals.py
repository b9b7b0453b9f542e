"""The totals of one day at one level, as columns: what a Reading holds.

Columns: `impressions reach clicks inline_link_clicks spend thruplays` (spend in the major unit), one
`actions.<type>` and `action_values.<type>` for each type that some row named, the same for Meta's own lists
`conversions` and `conversion_values`, and a mark a list that says whether the row had it at all. A type that a row with
a list does not name is a known zero; without a list it is unknown.

Attribution windows are kept of the account's result alone: `attributed.<type>@1d_click` and
`attributed_values.<type>@1d_click`, under the type that counted in that row (the others would say the same again).
Readings from before they were asked have no mark, so there they are unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.columns import BadColumns, Column, Opened, pack, unpack

Numbers = NDArray[np.float64]
Keys = NDArray[np.int64]

ACTIONS, VALUES = "actions", "action_values"
CONVERSIONS, CONVERSION_VALUES = "conversions", "conversion_values"
ATTRIBUTED, ATTRIBUTED_VALUES = "attributed", "attributed_values"
PLAIN: tuple[str, ...] = ("impressions", "reach", "clicks", "inline_link_clicks", "spend", "thruplays")
_IDS = "ids"


@dataclass(frozen=True)
class Totals:
    """`ids` ascending, as integers (Meta's ids are digits); each column has one value an id, NaN = not reported."""

    ids: Keys
    columns: Mapping[str, Numbers]

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

    def reach(self, names: Iterable[str]) -> None:
        """Before several of these columns are asked for, so that totals that were opened are decompressed once."""
        if isinstance(self.columns, _Metrics):
            self.columns.reach(names)

    def close(self) -> None:
        """After this, totals that were opened take the memory of their compressed form, until they are asked again."""
        if isinstance(self.columns, _Metrics):
            self.columns.close()

    def pack(self) -> bytes:
        return pack({_IDS: self.ids, **self.columns})


def unpack_totals(blob: bytes | memoryview, only: Iterable[str] | None = None) -> Totals:
    """`only` these columns, or all. Raises BadColumns."""
    columns: dict[str, NDArray[Any]] = unpack(blob, None if only is None else {_IDS, *only})
    ids: Column | None = columns.pop(_IDS, None)
    if ids is None or ids.dtype.kind != "i":
        raise BadColumns("A reading without ids.")
    return Totals(ids, columns)


def open_totals(blob: bytes | memoryview) -> Totals:
    """All columns, each decoded when it is asked for: for a month of a large account at once. Raises BadColumns."""
    opened = Opened(blob)
    ids = opened.get(_IDS)
    if ids is None or ids.dtype.kind != "i":
        raise BadColumns("A reading without ids.")
    totals = Totals(ids, _Metrics(opened))
    totals.close()
    return totals


class _Metrics(Mapping[str, Numbers]):
    """All but the ids."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __getitem__(self, name: str) -> Numbers:
        if name == _IDS:
            raise KeyError(name)
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._opened if name != _IDS)

    def __len__(self) -> int:
        return len(self._opened) - 1

    def __contains__(self, name: object) -> bool:
        return name != _IDS and name in self._opened

    def reach(self, names: Iterable[str]) -> None:
        self._opened.reach(names)

    def close(self) -> None:
        self._opened.close()


EMPTY = Totals(np.zeros(0, dtype=np.int64), {})
"""A completed read that listed nobody."""


def keys_of(ids: NDArray[np.str_]) -> Keys:
    """Ids as integers. One that is no number gets a negative key of its own, so that it meets no reading."""
    try:
        return ids.astype(np.int64)
    except (ValueError, OverflowError):
        return np.array([int(t) if t.isascii() and t.isdigit() else -1 - i for i, t in enumerate(ids)], dtype=np.int64)
