"""The same figures twice in one file: counted once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from intelligence.importing.refused import Refusal
from intelligence.importing.rows import Figures
from intelligence.importing.table import Row

DOUBLED = "The same object and day as in a row above."
OVERLAPS = "Its days hold those of other rows of the same object (a totals row?)."


def without_doubles(accepted: Sequence[Figures], rows: Sequence[Row]) -> tuple[list[Figures], list[Refusal]]:
    """The same object, days and breakdown twice is a doubled row; rows that name nothing are all counted.

    A row whose days hold those of another row of the same object is a sum of them.
    """
    cells = {row.line: row.cells for row in rows}
    wide = _wide(accepted)
    seen: set[object] = set()
    kept: list[Figures] = []
    doubled: list[Refusal] = []
    for figures in accepted:
        named = any(identity.meta_id or identity.name for identity in figures.path)
        key = (figures.path, figures.days, figures.slice)
        reason = OVERLAPS if figures.line in wide else DOUBLED if named and key in seen else ""
        seen.add(key)
        if reason:
            doubled.append(Refusal(figures.line, reason, cells[figures.line], counted=True))
        else:
            kept.append(figures)
    return kept, doubled


def _wide(accepted: Sequence[Figures]) -> set[int]:
    """Lines of rows that cover the days of shorter rows of the same object and breakdown."""
    spans: dict[object, list[tuple[date, date, int]]] = defaultdict(list)
    for figures in accepted:
        if figures.days is not None:
            spans[figures.path, figures.slice].append((*figures.days, figures.line))
    return {line for held in spans.values() for line in _covering(held)}


def _covering(spans: list[tuple[date, date, int]]) -> list[int]:
    several = {(first, last) for first, last, _ in spans if first < last}
    distinct = {(first, last) for first, last, _ in spans} if several else set()
    wide = {
        outer
        for outer in several
        if any(outer[0] <= first and last <= outer[1] and (first, last) != outer for first, last in distinct)
    }
    return [line for first, last, line in spans if (first, last) in wide]
