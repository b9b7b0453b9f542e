"""Rows that are not stored: why, and whose figures they leave unknown."""

from dataclasses import dataclass
from datetime import date

from intelligence.importing.layout import Layout
from intelligence.importing.rows import Identity, Refused, days_of, is_totals, path_of
from intelligence.importing.table import Row


@dataclass(frozen=True)
class Place:
    """What a refused row was about: its object and its days (None in a file without dates)."""

    path: tuple[Identity, ...]
    days: tuple[date, date] | None


@dataclass(frozen=True)
class Refusal:
    """`line` of the file; `reason` names the column. `place` None = nobody can tell what the row was about.

    `counted`: its figures are in other rows (a totals row, a row that stands there twice), so nothing is missing.
    """

    line: int
    reason: str
    cells: tuple[str, ...]
    place: Place | None = None
    counted: bool = False


def place_of(row: Row, layout: Layout, today: date) -> Place | None:
    """None where the row has not as many cells as the headings, or its object or days can't be read."""
    if len(row.cells) != len(layout.headings):
        return None
    try:
        return Place(path_of(row.cells, layout), days_of(row.cells, layout, today))
    except Refused:
        return None


def holds_totals(row: Row, layout: Layout) -> bool:
    """Whether the row is the file's own sum: it names no object or no day, where all others do."""
    return len(row.cells) <= len(layout.headings) and is_totals(row.cells, layout)
