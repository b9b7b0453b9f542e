"""Damages a file from its middle on, at every column, and lists what is then read as something else."""

from intelligence.importing.plan import Plan
from tests.intelligence.importing.conftest import csv_of, planned


def slip(row: list[str], start: int, moved: int) -> list[str]:
    """Cells from `start` on stand `moved` places to the right; negative: to the left, what was there is lost."""
    return row[:start] + [""] * moved + row[start:] if moved > 0 else row[:start] + row[start - moved :]


def misread(plan: Plan, true: Plan) -> list[object]:
    """Rows of the plan that say something else than the undamaged file; what became unknown says nothing."""
    truth = {figures.line: figures for figures in true.accepted}
    wrong: list[object] = []
    for figures in plan.accepted:
        whole = truth[figures.line]
        same = all(value in (None, whole.values[name]) for name, value in figures.values.items())
        if not same or figures.days != whole.days or figures.path != whole.path:
            wrong.append((figures, whole))
    return wrong


def misread_after_slips(data: bytes, currency: str, moved: int) -> list[object]:
    true = planned(data, currency=currency)
    rows = [list(row.cells) for row in true.table.rows]
    half = len(rows) // 2
    wrong: list[object] = []
    for start in range(len(true.table.headings)):
        damaged = [row if n < half else slip(row, start, moved) for n, row in enumerate(rows)]
        plan = planned(csv_of([true.table.headings, *damaged], true.table.separator), currency=currency)
        kept = {figures.line for figures in plan.accepted}
        lost = [f.line for f in true.accepted if f.line <= half and f.line not in kept]
        wrong += [*misread(plan, true), *(("lost before the damage", start, line) for line in lost)]
    return wrong
