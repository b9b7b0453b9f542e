"""Readings, targets and whole frames for tests, made from plain numbers."""

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from intelligence.models import Reading
from intelligence.totals import ACTIONS, VALUES, Totals
from metaads.models import AdAccount

Row = Mapping[str, float]


def totals(rows: Mapping[str, Row]) -> Totals:
    """{"11": {"spend": 5.0, "actions.purchase": 1}}: what a row does not name is unknown; any action marks the list."""
    ids = sorted(rows, key=int)
    names = sorted({name for row in rows.values() for name in row})
    columns = {name: np.array([rows[i].get(name, np.nan) for i in ids], dtype=np.float64) for name in names}
    for mark in (ACTIONS, VALUES):
        listed = np.array([any(n == mark or n.startswith(f"{mark}.") for n in rows[i]) for i in ids], dtype=np.float64)
        for name in names:
            if name.startswith(f"{mark}."):
                columns[name] = np.where((listed > 0) & np.isnan(columns[name]), 0.0, columns[name])
        columns[mark] = listed
    return Totals(np.array([int(i) for i in ids], dtype=np.int64), columns)


def reading(
    account: AdAccount, level: str, day: date, read_at: datetime, rows: Mapping[str, Row], window: str = Reading.DAY
) -> Reading:
    """Stores one reading as if it had been collected at `read_at`."""
    made = totals(rows)
    return Reading.objects.create(
        account=account,
        level=level,
        window=window,
        day=day,
        read_at=read_at,
        confirmed_at=read_at,
        rows=len(made),
        packed=made.pack(),
        digest="",
    )
