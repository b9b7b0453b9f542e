"""Readings, targets and whole frames for tests, made from plain numbers."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from intelligence.columns import pack
from intelligence.models import HourBlock, Reading
from intelligence.snapshots import Snapshot, snapshots_in
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


def hour_block(account: AdAccount, level: str, hour: datetime, rows: Mapping[str, Row], **fields: Any) -> HourBlock:
    """One hour as if it had been collected, by default from readings taken five minutes past each full hour."""
    names = sorted({name for row in rows.values() for name in row})
    ids = sorted(rows, key=int)
    columns = {name: np.array([rows[i].get(name, np.nan) for i in ids], dtype=np.float64) for name in names}
    local = hour.astimezone(account.zone)
    values = {
        "since": hour + timedelta(minutes=5),
        "read_at": hour + timedelta(minutes=65),
        "local_date": local.date(),
        "local_hour": local.hour,
        **fields,
    }
    packed = pack({"ids": np.array([int(i) for i in ids], dtype=np.int64), **columns})
    return HourBlock.objects.create(account=account, level=level, hour=hour, rows=len(ids), packed=packed, **values)


def hours_kept(account: AdAccount, **filters: Any) -> list[Snapshot]:
    """Every entity of every kept hour, oldest first."""
    blocks = HourBlock.objects.filter(account=account, **filters).order_by("level", "hour")
    return [one for block in blocks for one in snapshots_in(block)]
