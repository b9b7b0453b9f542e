"""The tick's yardstick: the same work as bare COPY and NumPy, with no model, no rule, no guard rail and no reason.

It reads what the tick reads (the mirror's rows and the packed readings of a month), sums the windows,
takes the hundred rules' masks, lets the first rule of an ad set win, and stores rows of the same contents as the
product's proposals and ledger events, which were written out beforehand.
"""

import csv
import io
import json
import struct
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from metaads.models import AdAccount
from optimization.models import Action, LedgerEvent, Rule

Numbers = np.ndarray
WINDOWS = {"today": (0, 1), "3d": (1, 4), "7d": (1, 8), "14d": (1, 15), "28d": (1, 29)}
RATIOS = {
    "ctr": ("clicks", "impressions", 100.0),
    "cpc": ("spend", "clicks", 1.0),
    "cpm": ("spend", "impressions", 1000.0),
    "cpa": ("spend", "conversions", 1.0),
    "roas": ("conversion_value", "spend", 1.0),
}
SUMS = {
    "spend": "spend",
    "impressions": "impressions",
    "clicks": "clicks",
    "conversions": "actions.omni_purchase",
    "conversion_value": "action_values.omni_purchase",
}
MIRROR = (
    "SELECT a.meta_id, a.name, a.status, a.effective_status, a.daily_budget, a.lifetime_budget, a.created_time, "
    "a.learning_status, c.meta_id, c.name, c.status, c.daily_budget FROM metaads_adset a "
    "JOIN metaads_campaign c ON c.id = a.campaign_id WHERE a.account_id = {account} AND a.deleted_at IS NULL "
    "ORDER BY a.meta_id"
)
READINGS = (
    "SELECT day, packed FROM {table} WHERE account_id = %s AND level = %s AND \"window\" = 'day' ORDER BY day DESC"
)


@dataclass(frozen=True)
class Rows:
    """Rows of one table, ready to be stored again under other keys."""

    table: str
    columns: list[str]
    values: list[tuple[Any, ...]]

    @property
    def size(self) -> int:
        """Characters of all values as text, about the bytes."""
        return sum(len(str(value)) for row in self.values for value in row)


def bare_tick(account: AdAccount, readings: str, stored: Sequence[Rows]) -> dict[str, Any]:
    """Seconds of each part, and how many ad sets won something. What it stores is taken back."""
    begin, worked = time.perf_counter(), time.process_time()
    mirror = _mirror(account)
    sums = _sums(account, readings)
    read = time.perf_counter()
    won = _won(sums, _conditions(account))
    matched = time.perf_counter()
    with transaction.atomic():
        for rows in stored:
            _store(rows)
        kept, done = time.perf_counter(), time.process_time()
        transaction.set_rollback(True)
    return {
        "read_s": round(read - begin, 3),
        "match_s": round(matched - read, 3),
        "store_s": round(kept - matched, 3),
        "total_s": round(kept - begin, 3),
        "cpu_s": round(done - worked, 3),
        "stored_mb": round(sum(rows.size for rows in stored) / 1e6, 1),
        "ad_sets": len(mirror),
        "won": won,
    }


def written(account: AdAccount) -> list[Rows]:
    """The product's proposals and their events as plain rows, with new keys, so that they can be stored beside."""
    return [_read_rows(Action, account, _other_proposal), _read_rows(LedgerEvent, account, _other_event)]


def _read_rows(model: Any, account: AdAccount, other: Any) -> Rows:
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        names = ", ".join(f'"{column}"' for column in columns)
        about = "" if model is Action else " AND kind = 'optimization_suggested'"
        cursor.execute(f"SELECT {names} FROM {model._meta.db_table} WHERE account_id = %s{about}", [account.pk])  # noqa: S608
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    values = [tuple(_plain(value) for value in other(row, i).values()) for i, row in enumerate(rows)]
    return Rows(model._meta.db_table, columns, values)


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _other_proposal(row: dict[str, Any], i: int) -> dict[str, Any]:
    public_id = f"{i:032x}"
    return {**row, "public_id": public_id, "entity_id": f"9{row['entity_id']}"}


def _other_event(row: dict[str, Any], i: int) -> dict[str, Any]:
    return {**row, "chain": "bare", "number": i + 1}


def _mirror(account: AdAccount) -> list[list[Any]]:
    query = MIRROR.format(account=account.pk)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(query)
            return [list(row) for row in cursor.fetchall()]
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as out:
            text = b"".join(bytes(part) for part in out).decode()
    return list(csv.reader(io.StringIO(text)))


def _sums(account: AdAccount, table: str) -> dict[str, Numbers]:
    days = [_unpacked(blob, SUMS.values()) for blob in _blobs(account, table, "adset")]
    matrices = {name: np.stack([day[column] for day in days]) for name, column in SUMS.items()}
    sums = {f"{n}_{w}": matrix[a:b].sum(axis=0) for n, matrix in matrices.items() for w, (a, b) in WINDOWS.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, (top, bottom, scale) in RATIOS.items():
            for window in WINDOWS:
                above, below = sums[f"{top}_{window}"], sums[f"{bottom}_{window}"]
                sums[f"{name}_{window}"] = np.where(below > 0, above / below * scale, np.nan)
    return sums


def _blobs(account: AdAccount, table: str, level: str) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(READINGS.format(table=table), [account.pk, level])
        newest: dict[Any, bytes] = {}
        for day, packed in cursor.fetchall():
            newest.setdefault(day, bytes(packed))
    return list(newest.values())


def _unpacked(blob: bytes, wanted: Iterable[str]) -> dict[str, Numbers]:
    """Columns of a packed reading, by hand (see intelligence.columns): a JSON header, then one zlib stream."""
    (length,) = struct.unpack_from("<I", blob, 4)
    body, start, found, names = zlib.decompress(blob[8 + length :]), 0, {}, set(wanted)
    for name, coding, dtype, rows in json.loads(blob[8 : 8 + length]):
        if name in names:
            column = np.frombuffer(body, dtype, rows, start).astype(np.float64)
            found[name] = column if coding in {"raw", "1"} else column / int(coding)
        start += np.dtype(dtype).itemsize * rows
    return found


def _conditions(account: AdAccount) -> list[tuple[int, list[tuple[str, bool, float]]]]:
    rules = Rule.objects.filter(accounts=account).values_list("priority", "current__document")
    return [
        (priority, [(leaf["field"], leaf["operator"] == ">", leaf["value"]) for leaf in document["conditions"]["all"]])
        for priority, document in rules
    ]


def _won(sums: dict[str, Numbers], rules: list[tuple[int, list[tuple[str, bool, float]]]]) -> int:
    first: Numbers = np.zeros(len(sums["spend_7d"]), dtype=np.int64)
    for priority, leaves in rules:
        mask = None
        for field, above, value in leaves:
            one = sums[field] > value if above else sums[field] < value
            mask = one if mask is None else np.logical_and(mask, one, out=mask)
        first[mask] = np.maximum(first[mask], priority + 1)
    return int(np.count_nonzero(first))


def _store(rows: Rows) -> None:
    names = ", ".join(f'"{column}"' for column in rows.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {rows.table} ({names}) FROM STDIN") as into:
                for row in rows.values:
                    into.write_row(row)
            return
        places = ", ".join(["%s"] * len(rows.columns))
        cursor.executemany(f"INSERT INTO {rows.table} ({names}) VALUES ({places})", rows.values)  # noqa: S608
