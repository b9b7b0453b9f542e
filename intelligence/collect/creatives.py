"""Daily rows per creative and campaign, made from the ads' reading of the day and the creative each ad had then.

An ad may change its creative: what it did on a day belongs to the creative it had at the end of that day (today: that
it has now). Days from before the first state was kept take the creative of that first state.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from intelligence.columns import Column, pack
from intelligence.exact import grouped_sum
from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.frame import Texts
from intelligence.metrics.states import texts_at
from intelligence.models import CreativeDay
from intelligence.totals import Keys, Totals, keys_of
from metaads.models import Ad, AdAccount, Level
from metaads.prepared import Prepared, upsert
from metaads.reader.results import result_types

CREATIVES, CAMPAIGNS = "creatives", "campaigns"
METRICS = ("impressions", "clicks", "spend", "conversions", "conversion_value")


@dataclass(frozen=True)
class Pairs:
    """Each ad's creative and campaign; 0 where the mirror names none."""

    ads: Keys
    creatives: Keys
    campaigns: Keys

    def of(self, ids: Keys) -> tuple[Keys, Keys]:
        """Creative and campaign of these ads, 0 for an ad that is not known."""
        if not len(self.ads):
            return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.ads, ids), len(self.ads) - 1)
        found = self.ads[at] == ids
        return np.where(found, self.creatives[at], 0), np.where(found, self.campaigns[at], 0)


def keep_creatives(account: AdAccount, day: date, totals: Totals, read_at: datetime) -> bool:
    """Stores the rows that the ads' `totals` of `day`, read at `read_at`, make; True if they say something new."""
    columns = _columns(account, totals, pairs_on(account, day, read_at))
    packed = pack(columns)
    digest = hashlib.sha256(packed).hexdigest()
    if _DIGEST.first(account.pk, day, read_at) == digest:
        return False
    row = {"account_id": account.pk, "day": day, "read_at": read_at}
    held = {"rows": len(columns[CREATIVES]), "packed": packed, "digest": digest}
    upsert(CreativeDay, list(row), {**row, **held})
    return True


_DIGEST = Prepared(
    lambda account, day, read_at: (
        CreativeDay.objects.filter(account_id=account, day=day, read_at__lte=read_at)
        .order_by("-read_at")
        .values_list("digest", flat=True)[:1]
    )
)


_ADS = Prepared(
    lambda account: Ad.objects.filter(account_id=account).values_list(
        "meta_id", "creative__meta_id", "campaign__meta_id"
    )
)


def pairs_on(account: AdAccount, day: date, read_at: datetime) -> Pairs:
    """The creative of each ad on `day`, as far as it is known at `read_at`."""
    if windows.local_day(read_at, account.zone) > day:
        held = texts_at(account, Level.AD, windows.day_end(day, account.zone), ("id", "creative_id", "campaign_id"))
        if held is not None:
            return _pairs(held["id"], held["creative_id"], held["campaign_id"])
    rows = _ADS(account.pk)
    ads, creatives, campaigns = zip(*rows, strict=True) if rows else ((), (), ())
    return _pairs(*(np.array([text or "" for text in part], dtype=np.str_) for part in (ads, creatives, campaigns)))


def _pairs(ads: Texts, creatives: Texts, campaigns: Texts) -> Pairs:
    keys = keys_of(ads)
    order = np.argsort(keys)
    named = (keys_of(np.where(part == "", "0", part))[order] for part in (creatives, campaigns))
    return Pairs(keys[order], *named)


def _columns(account: AdAccount, totals: Totals, pairs: Pairs) -> dict[str, Column]:
    """Ordered by creative and campaign. Creative 0 gathers the ads whose creative nobody knows, so sums stay whole."""
    creatives, campaigns = pairs.of(totals.ids)
    unique, group = np.unique(np.stack([creatives, campaigns]), axis=1, return_inverse=True)
    ids = totals.ids.astype(np.str_)
    days = Days(ids, {0: totals}, 1, np.full(len(ids), np.nan), result_types(account))
    sums = {name: grouped_sum(days.matrix(name)[0], group.reshape(-1), unique.shape[1]) for name in METRICS}
    return {CREATIVES: unique[0], CAMPAIGNS: unique[1], **sums}
