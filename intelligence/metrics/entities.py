"""Who a set of sums is about: ids in order, with what is needed to tell zero from unknown."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import windows
from intelligence.metrics.frame import Numbers, Texts
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level

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
    only = {} if deleted is None else {"deleted_at__isnull": not deleted}
    rows = _rows(account, level, only)
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


def _rows(account: AdAccount, level: str, only: dict[str, bool]) -> list[tuple[str, str | None, datetime | None, str]]:
    names = ("created_time", "effective_status")
    if level == Level.AD:
        ads = Ad.objects.filter(account=account, **only).order_by("meta_id")
        return list(ads.values_list("meta_id", "ad_set__meta_id", *names))
    if level == Level.AD_SET:
        ad_sets = AdSet.objects.filter(account=account, **only).order_by("meta_id")
        return list(ad_sets.values_list("meta_id", "campaign__meta_id", *names))
    campaigns = Campaign.objects.filter(account=account, **only).order_by("meta_id")
    return [(meta_id, None, *rest) for meta_id, *rest in campaigns.values_list("meta_id", *names)]


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
