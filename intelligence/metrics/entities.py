"""Who a set of sums is about: ids in order, with what is needed to tell zero from unknown."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from django.db.models import TextField, Value
from numpy.typing import NDArray

from intelligence.metrics import windows
from intelligence.metrics.frame import Numbers, Texts
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

Rows = NDArray[np.intp]

PARENT_LEVEL: dict[str, str] = {Level.AD: Level.AD_SET, Level.AD_SET: Level.CAMPAIGN}
CHILD_LEVEL: dict[str, str] = {Level.CAMPAIGN: Level.AD_SET, Level.AD_SET: Level.AD}
DELIVERING = "ACTIVE"
_HOUR = 3600.0


@dataclass(frozen=True)
class Entities:
    """In the order of a frame. `born` = account days ago of creation, NaN = unknown; `live` = delivering now."""

    ids: Texts
    parent_ids: Texts
    born: Numbers
    live: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)


def bare(ids: Texts) -> Entities:
    """Nothing known but the ids."""
    count = len(ids)
    return Entities(ids, np.full(count, ""), np.full(count, np.nan), np.zeros(count, dtype=bool))


def mirrored(account: AdAccount, level: str, now: datetime, deleted: bool | None = None) -> Entities:
    """All that the mirror ever had at a level (deleted ones count in totals above), or only those deleted or not."""
    rows = _rows(level, deleted)(account.pk)
    if not rows:
        return bare(np.zeros(0, dtype="<U1"))
    ids, parents, created, status = zip(*rows, strict=True)
    hours = np.array([np.nan if at is None else (now - at).total_seconds() / _HOUR for at in created])
    return Entities(
        np.array(ids),
        np.array([parent or "" for parent in parents]),
        born_days_ago(hours, now, account),
        np.array([text == DELIVERING for text in status]),
    )


_ABOVE: dict[str, tuple[type[Campaign | AdSet | Ad], Any]] = {
    Level.CAMPAIGN: (Campaign, Value(None, TextField())),
    Level.AD_SET: (AdSet, "campaign__meta_id"),
    Level.AD: (Ad, "ad_set__meta_id"),
}


@cache
def _rows(level: str, deleted: bool | None) -> Prepared[tuple[str, str | None, datetime | None, str]]:
    model, above = _ABOVE[level]
    only = {} if deleted is None else {"deleted_at__isnull": not deleted}
    return Prepared(
        lambda account: (
            model._default_manager.filter(account_id=account, **only)
            .order_by("meta_id")
            .values_list("meta_id", above, "created_time", "effective_status")
        )
    )


def without(entities: Entities, ids: Texts) -> Entities:
    """Those that `ids` does not name."""
    keep = locate(ids, entities.ids) < 0
    return Entities(entities.ids[keep], entities.parent_ids[keep], entities.born[keep], entities.live[keep])


def born_days_ago(hours_since_created: Numbers, now: datetime, account: AdAccount) -> Numbers:
    """Account days between the day of creation and today (0 = today); NaN = unknown.

    Counted in days of 24 h back from the account's midnight: around a change of clocks an entity made within an hour of
    midnight may be off by a day.
    """
    midnight = windows.day_start(windows.local_day(now, account.zone), account.zone)
    since_midnight = (now - midnight).total_seconds() / _HOUR
    born: Numbers = np.maximum(np.ceil((hours_since_created - since_midnight) / 24), 0)
    return born


def locate(ids: Texts, wanted: Texts) -> Rows:
    """Place of each wanted id in `ids`, -1 where it has none."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.intp)
    order = np.argsort(ids)
    at = order[np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)]
    return np.where(ids[at] == wanted, at, -1)
