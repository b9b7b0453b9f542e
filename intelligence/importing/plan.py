"""The plan of an import: what would be stored and what not, with reasons. Nothing is stored here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.importing.doubles import without_doubles
from intelligence.importing.headings import COUNTED, PURCHASES, REACH
from intelligence.importing.layout import Answers, Layout, Question, lay_out
from intelligence.importing.refused import Refusal, holds_totals, place_of
from intelligence.importing.rows import Figures, Refused, read_row
from intelligence.importing.shift import slipped
from intelligence.importing.table import MAX_ROWS, Row, Table, read_table

NEIGHBOURS = 4
SHIFTED = "Its cells do not stand under their headings (columns shifted)."


@dataclass(frozen=True)
class Total:
    """A metric over all accepted rows. `unknown`: rows in which it is empty, so the sum is of the others."""

    metric: str
    value: Decimal
    unknown: int


@dataclass(frozen=True)
class Plan:
    """`questions` must be answered before it can be stored. `level` of the rows; `days`: None = lifetime, undated."""

    table: Table
    layout: Layout
    accepted: tuple[Figures, ...]
    refused: tuple[Refusal, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.layout.questions

    @property
    def ready(self) -> bool:
        return bool(self.accepted) and not self.questions

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of what was accepted."""
        spans = [figures.days for figures in self.accepted if figures.days]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    @property
    def daily(self) -> bool:
        """Whether each row is one day; otherwise a row is a whole period, known as its sum alone."""
        return bool(self.accepted) and all(f.days is not None and f.days[0] == f.days[1] for f in self.accepted)

    @property
    def missing(self) -> bool:
        """Whether refused rows leave something unknown: it is in no other row."""
        return any(not refusal.counted for refusal in self.refused)

    @cached_property
    def totals(self) -> tuple[Total, ...]:
        """Of what adds up: people reached do not."""
        names = list(dict.fromkeys(name for figures in self.accepted for name in figures.values if name != REACH))
        return tuple(self._total(name) for name in names)

    def _total(self, name: str) -> Total:
        values = [figures.values.get(name) for figures in self.accepted]
        known = [value for value in values if value is not None]
        return Total(name, sum(known, Decimal(0)), len(values) - len(known))

    @property
    def result(self) -> str:
        """The metric that counts as the conversion, where it is not the usual purchases: "" = they are in the file, or
        nothing that could stand for them is."""
        sums = {total.metric: total.value for total in self.totals}
        return "" if PURCHASES in sums else next((name for name in COUNTED if sums.get(name)), "")

    @property
    def entities(self) -> int:
        return len({figures.path for figures in self.accepted})


def make_plan(data: bytes, answers: Answers, today: date, most_rows: int = MAX_ROWS) -> Plan:
    """Raises table.Unreadable where the file as a whole can't be understood. `today`: no row may be later."""
    table = read_table(data, most_rows)
    layout = lay_out(table, answers)
    read = [_read(row, layout, today) for row in table.rows]
    suspect = np.array([isinstance(held, Refused) for held in read], dtype=bool)
    moved = slipped([row.cells for row in table.rows], len(table.headings), layout.style, suspect)
    moved = moved | _surrounded(suspect | moved)
    accepted: list[Figures] = []
    refused: list[Refusal] = []
    edges = {table.rows[0].line, table.rows[-1].line} if table.rows else set()
    for row, held, has_moved in zip(table.rows, read, moved.tolist(), strict=True):
        if isinstance(held, Refused) or has_moved:
            reason = f"{SHIFTED} {held}" if has_moved and isinstance(held, Refused) else SHIFTED if has_moved else held
            place = None if has_moved else place_of(row, layout, today)
            counted = not has_moved and row.line in edges and holds_totals(row, layout)
            refused.append(Refusal(row.line, str(reason), row.cells, place, counted))
        else:
            accepted.append(held)
    kept, doubled = without_doubles(accepted, table.rows)
    return Plan(table, layout, tuple(kept), tuple(sorted([*refused, *doubled], key=lambda r: r.line)))


def _read(row: Row, layout: Layout, today: date) -> Figures | Refused:
    try:
        return read_row(row, layout, today)
    except Refused as reason:
        return reason


def _surrounded(bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows with nothing but bad ones around them, `NEIGHBOURS` on each side: too good to be true."""
    known = np.concatenate([np.ones(NEIGHBOURS, dtype=bool), bad, np.ones(NEIGHBOURS, dtype=bool)])
    around = np.lib.stride_tricks.sliding_window_view(known, 2 * NEIGHBOURS + 1)
    lonely: NDArray[np.bool_] = (around.sum(axis=1) >= 2 * NEIGHBOURS) & (bad.sum() > NEIGHBOURS)
    return lonely
