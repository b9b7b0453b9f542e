"""Several reads of one day as one: pages of a level, or a full reading with what was read of single entities since."""

from collections.abc import Sequence

import numpy as np

from intelligence.totals import (
    ACTIONS,
    ATTRIBUTED,
    ATTRIBUTED_VALUES,
    CONVERSION_VALUES,
    CONVERSIONS,
    EMPTY,
    PLAIN,
    VALUES,
    Numbers,
    Totals,
)

_OWN_MARKS = (CONVERSIONS, CONVERSION_VALUES, ATTRIBUTED, ATTRIBUTED_VALUES)
"""Lists that most accounts have none of."""
_MARKS = (ACTIONS, VALUES, *_OWN_MARKS)


def together(parts: Sequence[Totals]) -> Totals:
    """Totals of several reads of one day as one; the same as if all rows had come at once."""
    if len(parts) <= 1:
        return parts[0] if parts else EMPTY
    ids = np.concatenate([part.ids for part in parts])
    places = _last_of_each(ids)
    names = _names(parts)
    columns = {name: np.concatenate([_column(part, name) for part in parts])[places] for name in names}
    return Totals(ids[places], _without_empty(columns))


def _without_empty(columns: dict[str, Numbers]) -> dict[str, Numbers]:
    """A list that only replaced rows had goes, mark and all, as if these rows had never come. `actions` and
    `action_values` are always there (`collect.totals.from_rows`)."""
    empty = {mark for mark in _OWN_MARKS if mark in columns and not columns[mark].any()}
    return {name: held for name, held in columns.items() if name.partition(".")[0] not in empty}


def _last_of_each(ids: np.ndarray) -> np.ndarray:
    """Places of the last occurrence of each id, in the order of the ids."""
    backwards = ids[::-1]
    _, first = np.unique(backwards, return_index=True)
    places: np.ndarray = len(ids) - 1 - first
    return places


def _names(parts: Sequence[Totals]) -> list[str]:
    """All columns, in the order in which one read would have them: equal figures must have equal digests."""
    held = set().union(*(part.columns for part in parts))
    names = [name for name in PLAIN if name in held]
    for mark in _MARKS:
        names += [mark] if mark in held else []
        names += sorted(name for name in held if name.startswith(f"{mark}."))
    return names


def _column(part: Totals, name: str) -> Numbers:
    """A part without a list at all has the mark 0: none of its rows had it."""
    if name in _MARKS and name not in part.columns:
        return np.zeros(len(part))
    return part.metric(name)
