"""Questions about hours: what one entity did in each of them, or one column of all entities of a level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import QuerySet

from intelligence.columns import Column, unpack
from intelligence.metrics.frame import Texts
from intelligence.models import HourBlock
from intelligence.totals import ACTIONS, VALUES, Keys
from metaads.models import AdAccount

_LISTS = (ACTIONS, VALUES, "conversions", "conversion_values")
_DECIMALS = 4


@dataclass(frozen=True)
class Snapshot:
    """One entity in one hour. Money is in the major unit of the account's currency; None = unknown, never zero.

    `hours` > 1: the figures span several hours. `daily_budget` is in the minor unit. `day_reach` is that of the day so
    far. The dicts hold what was added per type, types with nothing added left out. `filled`: told by Meta's hourly
    breakdown later, which has no reach, purchases or types (`intelligence.filled`).
    """

    level: str
    entity_id: str
    hour: datetime
    local_date: date
    local_hour: int
    hours: int
    since: datetime
    read_at: datetime
    impressions: int | None = None
    clicks: int | None = None
    inline_link_clicks: int | None = None
    thruplays: int | None = None
    spend: Decimal | None = None
    conversions: Decimal | None = None
    conversion_value: Decimal | None = None
    day_reach: int | None = None
    actions: dict[str, float] = field(default_factory=dict)
    action_values: dict[str, float] = field(default_factory=dict)
    conversions_by_type: dict[str, float] = field(default_factory=dict)
    conversion_values_by_type: dict[str, float] = field(default_factory=dict)
    status: str = ""
    learning_status: str = ""
    daily_budget: int | None = None
    delivery: str = ""
    cause: str = ""
    filled: bool = False


@dataclass(frozen=True)
class HourColumn:
    """One column of one block: `values` in the order of `ids`."""

    hour: datetime
    hours: int
    since: datetime
    read_at: datetime
    ids: Keys
    values: Column


def hours_of(account: AdAccount, level: str, entity_id: str, since: datetime, until: datetime) -> tuple[Snapshot, ...]:
    """The hours of one entity that start in [since, until), aware UTC, oldest first; hours that don't list it lack.

    As they were read; `intelligence.filled.with_filled_hours` puts what Meta told later in the place of intervals.
    """
    blocks = _blocks(account.pk, level).filter(hour__gte=since, hour__lt=until)
    found = (snapshots_in(block, [entity_id]) for block in blocks.iterator(chunk_size=50))
    return tuple(one for rows in found for one in rows)


def snapshots_in(block: HourBlock, entity_ids: Sequence[str] | None = None) -> list[Snapshot]:
    """What a block holds, entity by entity; of these only, or of all."""
    columns = unpack(block.packed)
    keys = columns["ids"]
    places = np.arange(len(keys)) if entity_ids is None else _places(keys, entity_ids)
    return [_snapshot(block, columns, int(i)) for i in places]


def hour_columns(account_id: int, level: str, hours: Sequence[datetime], names: Sequence[str]) -> Iterator[HourColumn]:
    """The first of `names` that a block has, of each block of these hour starts; blocks without any lack."""
    wanted = {"ids", *names}
    for block in _blocks(account_id, level).filter(hour__in=list(hours)).iterator(chunk_size=50):
        columns = unpack(block.packed, wanted)
        name = next((name for name in names if name in columns), None)
        if name is not None:
            yield HourColumn(block.hour, block.hours, block.since, block.read_at, columns["ids"], columns[name])


def texts_of(keys: Keys) -> Texts:
    """Meta ids as texts."""
    return keys.astype(np.str_)


def _blocks(account_id: int, level: str) -> QuerySet[HourBlock]:
    return HourBlock.objects.filter(account_id=account_id, level=level).order_by("hour")


def _places(keys: Keys, entity_ids: Sequence[str]) -> Any:
    wanted = [int(text) for text in entity_ids if text.isascii() and text.isdigit()]
    return np.flatnonzero(np.isin(keys, wanted))


def _snapshot(block: HourBlock, columns: dict[str, Column], i: int) -> Snapshot:
    actions, values, conversions, conversion_values = (_by_type(columns, mark, i) for mark in _LISTS)
    return Snapshot(
        level=block.level,
        entity_id=str(columns["ids"][i]),
        hour=block.hour,
        local_date=block.local_date,
        local_hour=block.local_hour,
        hours=block.hours,
        since=block.since,
        read_at=block.read_at,
        impressions=_count(columns, "impressions", i),
        clicks=_count(columns, "clicks", i),
        inline_link_clicks=_count(columns, "inline_link_clicks", i),
        thruplays=_count(columns, "thruplays", i),
        spend=_amount(columns, "spend", i),
        conversions=_amount(columns, "conversions", i),
        conversion_value=_amount(columns, "conversion_value", i),
        day_reach=_count(columns, "reach", i),
        actions=actions,
        action_values=values,
        conversions_by_type=conversions,
        conversion_values_by_type=conversion_values,
        status=_text(columns, "status", i),
        learning_status=_text(columns, "learning", i),
        daily_budget=_count(columns, "daily_budget", i),
        delivery=_text(columns, "delivery", i),
        cause=_text(columns, "cause", i),
    )


def _number(columns: dict[str, Column], name: str, i: int) -> float | None:
    value = float(columns[name][i]) if name in columns else np.nan
    return None if value != value else value


def _count(columns: dict[str, Column], name: str, i: int) -> int | None:
    value = _number(columns, name, i)
    return None if value is None else round(value)


def _amount(columns: dict[str, Column], name: str, i: int) -> Decimal | None:
    value = _number(columns, name, i)
    return None if value is None else Decimal(str(round(value, _DECIMALS)))


def _text(columns: dict[str, Column], name: str, i: int) -> str:
    return str(columns[name][i]) if name in columns else ""


def _by_type(columns: dict[str, Column], mark: str, i: int) -> dict[str, float]:
    prefix = f"{mark}."
    found = {name.removeprefix(prefix): _number(columns, name, i) for name in columns if name.startswith(prefix)}
    return {kind: value for kind, value in found.items() if value}
