"""From the reader's rows to the columns of a Reading."""

from collections.abc import Sequence
from decimal import Decimal

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
from metaads.reader.insights import InsightRow

ByType = dict[str, Decimal]


def from_rows(rows: Sequence[InsightRow]) -> Totals:
    """Totals of one day, ordered by id. A row that Meta repeats (a page shifted while we read) counts once, the later.

    No clicks at all means no link clicks either: that much a row without the metric does confirm.
    """
    if not rows:
        return EMPTY
    unique = {int(row.entity_id): row for row in rows}
    ids = np.array(sorted(unique), dtype=np.int64)
    ordered = [unique[i] for i in ids.tolist()]
    columns = {name: _numbers([getattr(row, name) for row in ordered]) for name in PLAIN}
    links, clicks = columns["inline_link_clicks"], columns["clicks"]
    columns["inline_link_clicks"] = np.where(np.isnan(links) & (clicks == 0), 0.0, links)
    columns.update(_by_type(ACTIONS, [row.actions for row in ordered]))
    columns.update(_by_type(VALUES, [row.action_values for row in ordered]))
    columns.update(_if_any(CONVERSIONS, [row.conversions for row in ordered]))
    columns.update(_if_any(CONVERSION_VALUES, [row.conversion_values for row in ordered]))
    columns.update(_if_any(ATTRIBUTED, [_attributed(row, ACTIONS) for row in ordered]))
    columns.update(_if_any(ATTRIBUTED_VALUES, [_attributed(row, VALUES) for row in ordered]))
    return Totals(ids, columns)


def _numbers(values: Sequence[int | Decimal | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _attributed(row: InsightRow, name: str) -> ByType | None:
    """{"omni_purchase@1d_click": 2, ...}; None where the windows were not asked or the row had no list."""
    if row.by_window is None:
        return None
    start = f"{name}."
    return {
        f"{key.removeprefix(start)}@{window}": amount
        for key, windows in row.by_window.items()
        if key.startswith(start)
        for window, amount in windows.items()
    }


def _if_any(mark: str, lists: Sequence[ByType | None]) -> dict[str, Numbers]:
    """Nothing at all, not even the mark, where no row had the list: most accounts have no such thing."""
    return _by_type(mark, lists) if any(held is not None for held in lists) else {}


def _by_type(mark: str, lists: Sequence[ByType | None]) -> dict[str, Numbers]:
    """One column a type, and the mark itself: 1 where the row had a list, so that a missing type there is a zero."""
    listed = np.array([held is not None for held in lists])
    columns = {mark: listed.astype(np.float64)}
    for kind in sorted({kind for held in lists if held for kind in held}):
        column = np.where(listed, 0.0, np.nan)
        for i, held in enumerate(lists):
            if held and kind in held:
                column[i] = float(held[kind])
        columns[f"{mark}.{kind}"] = column
    return columns
