"""Day profiles: the hours of one local day by the hour on the account's clock, before the raw hours are trimmed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet

from intelligence.collect.rows import IDS
from intelligence.columns import Column, pack, unpack
from intelligence.exact import MILLIONTHS
from intelligence.metrics.frame import Numbers
from intelligence.models import DayProfile, HourBlock
from intelligence.totals import Keys
from metaads.models import AdAccount

SLOTS = 24
SEEN = "seen"
UNPLACED = ".unplaced"
METRICS = ("spend", "impressions", "clicks", "conversions", "conversion_value")


@dataclass(frozen=True)
class Hour:
    """One block's part: `slot` None where it spans several hours."""

    slot: int | None
    columns: dict[str, Column]


def roll_profile(account: AdAccount, level: str, day: date) -> bool:
    """Makes the profile of `day` from the blocks that are kept; True if it says something new. Idempotent."""
    blocks = list(_blocks(account, level, day).defer("packed"))
    source = _source(blocks)
    held = DayProfile.objects.filter(account=account, level=level, day=day)
    if not blocks or held.filter(source=source).exists():
        return False
    hours = [_hour(block.pk) for block in blocks]
    columns = profile_columns(hours)
    values = {"rows": len(columns[IDS]), "packed": pack(columns), "source": source}
    DayProfile.objects.update_or_create(account=account, level=level, day=day, defaults=values)
    return True


def is_rolled(account: AdAccount, level: str, day: date) -> bool:
    """Whether the profile of `day` holds all that its blocks say now."""
    source = _source(list(_blocks(account, level, day).defer("packed")))
    return DayProfile.objects.filter(account=account, level=level, day=day, source=source).exists()


def profile_columns(hours: Sequence[Hour]) -> dict[str, Column]:
    """`ids`, `seen` (hours per slot: 2 where the clock showed an hour twice), per metric (24 x ids) and unplaced."""
    ids: Keys = np.unique(np.concatenate([hour.columns[IDS] for hour in hours]))
    places = [np.searchsorted(ids, hour.columns[IDS]) for hour in hours]
    seen = np.zeros(SLOTS)
    for hour in hours:
        if hour.slot is not None:
            seen[hour.slot] += 1
    columns: dict[str, Column] = {IDS: ids, SEEN: seen}
    for metric in METRICS:
        slots, unplaced = np.zeros((SLOTS, len(ids))), np.zeros(len(ids))
        for hour, place in zip(hours, places, strict=True):
            row = unplaced if hour.slot is None else slots[hour.slot]
            row[place] = _added(row[place], hour.columns.get(metric))
        slots[seen == 0] = np.nan
        columns[metric] = slots.reshape(-1)
        columns[metric + UNPLACED] = unplaced
    return columns


def _added(held: Numbers, more: Column | None) -> Numbers:
    """Exact to the sixth decimal; unknown stays unknown."""
    if more is None:
        return np.full(len(held), np.nan)
    total: Numbers = (np.rint(held * MILLIONTHS) + np.rint(more * MILLIONTHS)) / MILLIONTHS
    return total


def _blocks(account: AdAccount, level: str, day: date) -> QuerySet[HourBlock]:
    return HourBlock.objects.filter(account=account, level=level, local_date=day).order_by("hour")


def _hour(pk: int) -> Hour:
    block = HourBlock.objects.get(pk=pk)
    return Hour(block.local_hour if block.hours == 1 else None, unpack(block.packed, {IDS, *METRICS}))


def _source(blocks: Sequence[HourBlock]) -> str:
    spans = [(b.hour, b.hours, b.since, b.read_at, b.rows) for b in blocks]
    return hashlib.sha256(repr(spans).encode()).hexdigest()
