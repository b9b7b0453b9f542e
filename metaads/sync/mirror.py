"""One level of the mirror: pages in, rows upserted in bulk, the vanished marked. Few queries, whatever the size."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from metaads.models import AdAccount

CHUNK = 500
Row = dict[str, Any]


@dataclass(frozen=True)
class LevelResult:
    """What one level's sync did. `orphans`: objects whose parent we have not seen yet; the next sync brings them."""

    seen: int
    vanished: int
    orphans: int


def mirror_level(
    model: type[Model],
    account: AdAccount,
    pages: Iterable[list[Row]],
    columns: Callable[[Row], Row | None],
    now: datetime,
) -> LevelResult:
    """Upserts every object of `pages`, then marks what the complete read did not bring as deleted at `now`.

    `columns` gives the columns of one raw object, None when its parent is unknown. Not one transaction: a page that is
    stored is true whatever happens to the next; only a complete read says who vanished.
    """
    # Read first: an object that another worker adds meanwhile must not count as vanished.
    known = live_ids(model, account)
    seen: set[str] = set()
    orphans = 0
    for page in pages:
        rows = {str(raw["id"]): columns(raw) for raw in page}
        orphans += sum(row is None for row in rows.values())
        _store(model, account, {meta_id: row for meta_id, row in rows.items() if row is not None}, now)
        seen |= rows.keys()
    vanished = [pk for meta_id, pk in known.items() if meta_id not in seen]
    _mark_deleted(model, vanished, now)
    return LevelResult(len(seen), len(vanished), orphans)


def live_ids(model: type[Model], account: AdAccount) -> dict[str, int]:
    """Meta's id -> our key of everything of this account that is not marked deleted. One look-up."""
    rows = model._default_manager.filter(account=account, deleted_at=None)
    return dict(rows.values_list("meta_id", "pk"))


def _store(model: type[Model], account: AdAccount, rows: dict[str, Row], now: datetime) -> None:
    if not rows:
        return
    always = {"account": account, "synced_at": now, "deleted_at": None}
    # In one order everywhere, so that two syncs at once never wait for each other's rows in a circle.
    objects = [model(meta_id=meta_id, **always, **rows[meta_id]) for meta_id in sorted(rows)]
    columns = ["synced_at", "deleted_at", *next(iter(rows.values()))]
    model._default_manager.bulk_create(
        objects, update_conflicts=True, unique_fields=["account", "meta_id"], update_fields=columns
    )


@transaction.atomic
def _mark_deleted(model: type[Model], keys: list[int], now: datetime) -> None:
    for start in range(0, len(keys), CHUNK):
        model._default_manager.filter(pk__in=keys[start : start + CHUNK]).update(deleted_at=now)
