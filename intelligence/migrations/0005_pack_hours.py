"""Rows per entity and hour become one packed block per hour, and back."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from django.db import migrations

from intelligence.columns import pack, unpack

SHARED = ("account_id", "level", "hour", "hours", "local_date", "local_hour", "since", "read_at")
NUMBERS = ("impressions", "clicks", "inline_link_clicks", "thruplays", "spend", "conversions", "conversion_value")
RENAMED = {"day_reach": "reach", "daily_budget": "daily_budget"}
TEXTS = {"status": "status", "learning_status": "learning"}
LISTS = ("actions", "action_values")
BATCH = 200


def _numbers(values: list[Any]) -> Any:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _columns(rows: list[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"ids": np.array([int(row.entity_id) for row in rows], dtype=np.int64)}
    for field, name in {**dict.fromkeys(NUMBERS), **RENAMED}.items():
        columns[name or field] = _numbers([getattr(row, field) for row in rows])
    for listed in LISTS:
        for kind in sorted({kind for row in rows for kind in getattr(row, listed)}):
            columns[f"{listed}.{kind}"] = _numbers([getattr(row, listed).get(kind, 0) for row in rows])
    for field, name in TEXTS.items():
        columns[name] = np.array([getattr(row, field) for row in rows], dtype=np.str_)
    return columns


def _blocks(apps: Any) -> Iterator[Any]:
    """A block takes its span from the rows read last; rows of an hour never differ but for an entity that vanished."""
    rows = apps.get_model("intelligence", "Snapshot").objects.order_by("account_id", "level", "hour")
    block = apps.get_model("intelligence", "HourBlock")
    for _, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: (row.account_id, row.level, row.hour)):
        held = sorted(group, key=lambda row: int(row.entity_id))
        newest = max(held, key=lambda row: row.read_at)
        shared = {name: getattr(newest, name) for name in SHARED}
        yield block(**shared, rows=len(held), packed=pack(_columns(held)))


def pack_rows(apps: Any, schema_editor: Any) -> None:
    batch: list[Any] = []
    for made in _blocks(apps):
        batch.append(made)
        if len(batch) == BATCH:
            type(made).objects.bulk_create(batch)
            batch = []
    apps.get_model("intelligence", "HourBlock").objects.bulk_create(batch)


def _row(columns: dict[str, Any], i: int) -> dict[str, Any]:
    row: dict[str, Any] = {"entity_id": str(columns["ids"][i])}
    for field, name in {**dict.fromkeys(NUMBERS), **RENAMED}.items():
        value = float(columns[name or field][i])
        row[field] = None if value != value else value
    for listed in LISTS:
        found = {n.partition(".")[2]: float(c[i]) for n, c in columns.items() if n.startswith(f"{listed}.")}
        row[listed] = {kind: value for kind, value in found.items() if value and value == value}
    return {**row, **{field: str(columns[name][i]) for field, name in TEXTS.items()}}


def unpack_rows(apps: Any, schema_editor: Any) -> None:
    snapshot = apps.get_model("intelligence", "Snapshot")
    for block in apps.get_model("intelligence", "HourBlock").objects.order_by("pk").iterator(chunk_size=50):
        columns = unpack(block.packed)
        shared = {name: getattr(block, name) for name in SHARED}
        rows = [snapshot(**shared, **_row(columns, i)) for i in range(block.rows)]
        snapshot.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("intelligence", "0004_calendar")]
    operations = [migrations.RunPython(pack_rows, unpack_rows)]
