"""The mirror's side of a frame: who exists at a level, and what is known of their state, as columns.

Text "" and number NaN = unknown. Budgets in the major unit, and only where the entity itself carries one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler
from numpy.typing import NDArray

from intelligence.metrics.entities import DELIVERING
from intelligence.metrics.frame import Numbers, Texts
from intelligence.metrics.tags import tag_column
from metaads.graph.money import offset
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

LEARNING_WORDS: dict[str, str] = {"LEARNING": "LEARNING", "SUCCESS": "ACTIVE", "FAIL": "LEARNING_LIMITED"}
"""Meta's `learning_stage_info.status` (reference 3.5) -> ours; other strings are unknown."""


@dataclass(frozen=True)
class Shape:
    """How a level is read: its model, and which lookup fills which column (None = the level has no such thing)."""

    model: type[Model]
    texts: dict[str, str | None]
    numbers: dict[str, str | None]
    times: dict[str, str | None]


_COMMON = {"id": "meta_id", "name": "name", "status": "status", "effective_status": "effective_status"}
_NO_BUDGET: dict[str, str | None] = dict.fromkeys(("daily_budget", "lifetime_budget", "budget_remaining"))
_BUDGET: dict[str, str | None] = {name: name for name in _NO_BUDGET}

SHAPES: dict[str, Shape] = {
    Level.CAMPAIGN: Shape(
        Campaign,
        {**_COMMON, "campaign_id": "meta_id", "parent_id": None, "parent_name": None, "objective": "objective",
         "bid_strategy": "bid_strategy", "parent_bid_strategy": None, "learning": None},
        _BUDGET,
        {"created": "created_time", "start": "start_time", "stop": "stop_time", "edited": "updated_time",
         "significant": None},
    ),
    Level.AD_SET: Shape(
        AdSet,
        {**_COMMON, "campaign_id": "campaign__meta_id", "parent_id": "campaign__meta_id",
         "parent_name": "campaign__name", "objective": "campaign__objective", "bid_strategy": "bid_strategy",
         "parent_bid_strategy": "campaign__bid_strategy", "learning": "learning_status"},
        _BUDGET,
        {"created": "created_time", "start": "start_time", "stop": "stop_time", "edited": "updated_time",
         "significant": "last_significant_edit_at"},
    ),
    Level.AD: Shape(
        Ad,
        {**_COMMON, "campaign_id": "campaign__meta_id", "parent_id": "ad_set__meta_id", "parent_name": "ad_set__name",
         "objective": "campaign__objective", "bid_strategy": "ad_set__bid_strategy",
         "parent_bid_strategy": "campaign__bid_strategy", "learning": "ad_set__learning_status",
         "creative_id": "creative__meta_id"},
        _NO_BUDGET,
        {"created": "created_time", "start": None, "stop": None, "edited": "updated_time", "significant": None},
    ),
}  # fmt: skip


class UtcText(Func):
    """A time as ISO 8601 text in UTC, which NumPy reads by the column; a datetime for each row costs ten times that."""

    output_field = TextField()
    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS TEXT)", **context)


@dataclass(frozen=True)
class Mirror:
    """Columns of the entities of a level, ordered by id. `times` are POSIX seconds; "deleted" NaN = it still exists."""

    texts: dict[str, Texts]
    numbers: dict[str, Numbers]
    times: dict[str, Numbers]

    @property
    def ids(self) -> Texts:
        return self.texts["id"]


def read_mirror(account: AdAccount, level: str, deleted: bool = False) -> Mirror:
    """One query for the whole level, without those that were deleted, or with them, and one for the tags."""
    shape = SHAPES[level]
    lookups, times, asked = _question(level, deleted)
    by_lookup = dict(zip(lookups, zip(*asked(account.pk), strict=True), strict=False))
    count = len(by_lookup.get("meta_id", ()))

    def gather(names: dict[str, str | None], make: Callable[[Sequence[Any]], Any], empty: Any) -> dict[str, Any]:
        return {name: make(by_lookup.get(lookup or "", ()) or [empty] * count) for name, lookup in names.items()}

    per_major = offset(account.currency)
    texts = gather(shape.texts, _texts, "")
    return Mirror(
        {**texts, "tags": tag_column(account, level, texts["id"])},
        gather(shape.numbers, lambda values: _budgets(values) / per_major, None),
        gather(times, _seconds, None),
    )


@cache
def _question(level: str, deleted: bool) -> tuple[list[str], dict[str, str | None], Prepared[tuple[Any, ...]]]:
    """What is looked up, in the order of the rows, the times among it by name, and the query for an account."""
    shape = SHAPES[level]
    times = {**shape.times, "deleted": "deleted_at"}
    lookups = sorted({lookup for part in (shape.texts, shape.numbers) for lookup in part.values() if lookup})
    moments = [lookup for lookup in times.values() if lookup]
    only = {} if deleted else {"deleted_at": None}

    def rows(account: Any) -> QuerySet[Any, tuple[Any, ...]]:
        listed = shape.model._default_manager.filter(account_id=account, **only).order_by("meta_id")
        return listed.values_list(*lookups, *map(UtcText, moments))

    return [*lookups, *moments], times, Prepared(rows)


def chosen(mirror: Mirror, keep: NDArray[np.bool_]) -> Mirror:
    """The rows that `keep` marks."""
    return Mirror(
        {name: column[keep] for name, column in mirror.texts.items()},
        {name: column[keep] for name, column in mirror.numbers.items()},
        {name: column[keep] for name, column in mirror.times.items()},
    )


def _texts(values: Sequence[str]) -> Texts:
    return np.array([value or "" for value in values], dtype=np.str_) if len(values) else np.zeros(0, dtype="<U1")


def _budgets(values: Sequence[int | None]) -> Numbers:
    """Meta gives a missing budget as absent or as 0: both are none here."""
    return np.array([value or np.nan for value in values], dtype=np.float64)


def _seconds(values: Sequence[str | None]) -> Numbers:
    stamps = np.array([value or "NaT" for value in values], dtype="datetime64[us]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)


def learning_phase(learning: Texts, effective_status: Texts, level: str) -> Texts:
    """Our words; INACTIVE where the entity is known not to deliver, "" where Meta says nothing. Campaigns have none."""
    if level == Level.CAMPAIGN:
        return np.full(len(learning), "", dtype="<U1")
    words = np.array(["", *LEARNING_WORDS.values(), "INACTIVE"])
    place = np.zeros(len(learning), dtype=np.intp)
    for i, meta in enumerate(LEARNING_WORDS, start=1):
        place[learning == meta] = i
    place[(effective_status != DELIVERING) & (effective_status != "")] = len(words) - 1
    return words[place]
