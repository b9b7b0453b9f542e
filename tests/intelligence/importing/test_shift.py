"""A file whose columns slip half-way is refused from there on, and nothing of it is read as something else."""

from collections.abc import Sequence

import pytest

from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows, planned
from tests.intelligence.importing.slips import misread, slip

WIDTH = len(HEADINGS)


def damaged(rows: list[list[str]], start: int, moved: int, same_width: bool) -> list[list[str]]:
    """From the middle on, cells from `start` stand `moved` places to the right (negative: to the left)."""
    answer = []
    for n, row in enumerate(rows):
        if n >= len(rows) // 2:
            row = slip(row, start, moved)
            row = (row + [""] * WIDTH)[: len(rows[0])] if same_width else row
        answer.append(row)
    return answer


@pytest.mark.parametrize("same_width", [True, False])
@pytest.mark.parametrize("moved", [1, -1, 2, -2, 3])
@pytest.mark.parametrize("start", range(WIDTH))
def test_nothing_of_a_slipped_half_is_read_as_something_else(start: int, moved: int, same_width: bool) -> None:
    rows = good_rows(60)
    true = planned(csv_of([HEADINGS, *rows]))
    plan = planned(csv_of([HEADINGS, *damaged(rows, start, moved, same_width)]))
    assert misread(plan, true) == []
    lines = {figures.line for figures in plan.accepted}
    assert set(range(2, 32)) <= lines, "what came before the damage is kept"


def test_rows_that_read_the_same_either_way_go_with_their_neighbours() -> None:
    rows = good_rows(60)
    for n in (40, 45):
        rows[n][3:] = ["0"] * 7 + [""]
    plan = planned(csv_of([HEADINGS, *damaged(rows, 4, 1, same_width=True)]))
    assert {42, 47} <= {refusal.line for refusal in plan.refused}


@pytest.mark.parametrize("order", ["as they come", "by result"])
def test_a_good_file_is_not_suspected(order: str) -> None:
    rows: Sequence[list[str]] = good_rows(60)
    if order == "by result":
        rows = sorted(rows, key=lambda row: row[7], reverse=True)
        rows = [[*row[:7], "", "", *row[9:]] if row[7] == "0" else row for row in rows]
    plan = planned(csv_of([HEADINGS, *rows]))
    assert plan.refused == ()
