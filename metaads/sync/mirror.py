"""One level of the mirror: pages in, rows upserted in bulk, the vanished marked. Few queries, whatever the size."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Model

from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount
from metaads.prepared import Prepared

CHUNK = 500
Row = dict[str, Any]
# Told of every page, inside its transaction: (rows that were stored before by Meta's id, rows now by Meta's id).
Notice = Callable[[Mapping[str, Row], Mapping[str, Row]], None]
# Told of what a complete read did not bring: our keys.
Gone = Callable[[list[int]], None]
# Meta always sends these: a row without one was cut short, and what we have stays.
ALWAYS = ("name", "status", "effective_status", "objective", "optimization_goal", "billing_event", "created_time")


@dataclass(frozen=True)
class LevelResult:
    """What one level's sync did. `orphans`: objects whose parent we have not seen yet; the next sync brings them.

    `changed`: rows that are new or differ from what we had.
    """

    seen: int
    vanished: int
    orphans: int
    changed: int = 0


@dataclass(frozen=True)
class Watch:
    """Who is told what changed: `page` in the transaction of each page, `gone` in that of the marking."""

    page: Notice | None = None
    gone: Gone | None = None


def mirror_level(
    model: type[Model],
    account: AdAccount,
    pages: Iterable[list[Row]],
    columns: Callable[[Row], Row | None],
    now: datetime,
    watch: Watch = Watch(),
) -> LevelResult:
    """Upserts every object of `pages`, then marks what the complete read did not bring as deleted at `now`.

    `columns` gives the columns of one raw object, None when its parent is unknown. Not one transaction: a page that is
    stored is true whatever happens to the next; only a complete read says who vanished.
    """
    # Read first: an object that another worker adds meanwhile must not count as vanished.
    known = live_ids(model, account)
    seen: set[str] = set()
    orphans = changed = 0
    for page in pages:
        rows = {_id(raw): columns(raw) for raw in page}
        orphans += sum(row is None for row in rows.values())
        found = {meta_id: row for meta_id, row in rows.items() if row is not None}
        changed += _store(model, account, found, now, watch.page)
        seen |= rows.keys()
    vanished = [pk for meta_id, pk in known.items() if meta_id not in seen]
    _mark_deleted(model, vanished, now, watch.gone)
    return LevelResult(len(seen), len(vanished), orphans, changed)


def _id(raw: Row) -> str:
    """Raises OutcomeUnknown: an object that cannot be told apart must not make another one count as vanished."""
    if not raw.get("id"):
        raise OutcomeUnknown("Meta sent an object without an id.")
    return str(raw["id"])


def live_ids(model: type[Model], account: AdAccount) -> dict[str, int]:
    """Meta's id -> our key of everything of this account that is not marked deleted. One look-up."""
    return dict(_live(model)(account.pk))


@cache
def _live(model: type[Model]) -> Prepared[tuple[str, int]]:
    return Prepared(
        lambda account: model._default_manager.filter(account_id=account, deleted_at=None).values_list("meta_id", "pk")
    )


@transaction.atomic
def _store(model: type[Model], account: AdAccount, rows: dict[str, Row], now: datetime, notice: Notice | None) -> int:
    """Writes what is new or differs; of the rest only that it was seen. Gives the number of the former."""
    if not rows:
        return 0
    names = list(next(iter(rows.values())))
    before = _stored(model, account, rows, names)
    rows = {meta_id: _completed(row, before.get(meta_id)) for meta_id, row in rows.items()}
    same = {meta_id: one["pk"] for meta_id, one in before.items() if _equal(one, rows[meta_id])}
    _upsert(model, account, {meta_id: row for meta_id, row in rows.items() if meta_id not in same}, names, now)
    if same:
        model._default_manager.filter(pk__in=same.values()).update(synced_at=now)
    if notice:
        notice(before, rows)
    return len(rows) - len(same)


def _stored(model: type[Model], account: AdAccount, rows: Iterable[str], names: list[str]) -> dict[str, Row]:
    columns = ("pk", "meta_id", "synced_at", "deleted_at", *names)
    found = _known(model, columns)(account.pk, list(rows))
    return {row[1]: dict(zip(columns, row, strict=True)) for row in found}


@cache
def _known(model: type[Model], columns: tuple[str, ...]) -> Prepared[tuple[Any, ...]]:
    return Prepared(
        lambda account, ids: model._default_manager.filter(account_id=account, meta_id__in=ids).values_list(*columns)
    )


def _completed(row: Row, before: Row | None) -> Row:
    missing = {name: before[name] for name in ALWAYS if before and name in row and row[name] in ("", None)}
    return {**row, **missing}


def _equal(before: Row, row: Row) -> bool:
    return before["deleted_at"] is None and all(before[name] == value for name, value in row.items())


def _upsert(model: type[Model], account: AdAccount, rows: dict[str, Row], names: list[str], now: datetime) -> None:
    always = {"account": account, "synced_at": now, "deleted_at": None}
    # In one order everywhere, so that two syncs at once never wait for each other's rows in a circle.
    if not rows:
        return
    objects = [model(meta_id=meta_id, **always, **rows[meta_id]) for meta_id in sorted(rows)]
    model._default_manager.bulk_create(
        objects,
        update_conflicts=True,
        unique_fields=["account", "meta_id"],
        update_fields=["synced_at", "deleted_at", *names],
    )


@transaction.atomic
def _mark_deleted(model: type[Model], keys: list[int], now: datetime, gone: Gone | None) -> None:
    for start in range(0, len(keys), CHUNK):
        model._default_manager.filter(pk__in=keys[start : start + CHUNK]).update(deleted_at=now)
    if gone and keys:
        gone(keys)
