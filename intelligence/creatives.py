"""Questions about creatives: what each delivered in each campaign over a span of days, as known at a moment."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from intelligence.collect.creatives import CAMPAIGNS, CREATIVES, METRICS
from intelligence.columns import Column, unpack
from intelligence.exact import grouped_sum
from intelligence.metrics.frame import Numbers
from intelligence.models import CreativeDay
from intelligence.totals import Keys
from metaads.models import AdAccount

_NOTHING: dict[str, Column] = {
    CREATIVES: np.zeros(0, dtype=np.int64),
    CAMPAIGNS: np.zeros(0, dtype=np.int64),
    **{name: np.zeros(0) for name in METRICS},
}


@dataclass(frozen=True)
class CreativeSums:
    """One row a creative and campaign, ordered so. `columns`: impressions clicks spend conversions conversion_value.

    Meta ids are integers; creative 0 gathers the ads whose creative is not known. Spend and value in the major unit;
    NaN = unknown on some day. `days` = how many were read, `first_day` the first of them.
    """

    creatives: Keys
    campaigns: Keys
    columns: dict[str, Numbers]
    days: int
    first_day: date | None

    def __len__(self) -> int:
        return len(self.creatives)

    def by_creative(self) -> "CreativeSums":
        """The same over all campaigns: one row a creative, `campaigns` 0."""
        unique, group = np.unique(self.creatives, return_inverse=True)
        columns = {name: grouped_sum(held, group, len(unique)) for name, held in self.columns.items()}
        return CreativeSums(unique, np.zeros(len(unique), dtype=np.int64), columns, self.days, self.first_day)


def creative_sums(
    account: AdAccount, days: tuple[date, date], now: datetime, campaign_id: str | None = None
) -> CreativeSums:
    """Sums over account days (both inclusive) as known at `now`; of one campaign (Meta id), or of all."""
    held = _newest(account, days, now)
    parts = [_NOTHING, *(unpack(packed) for packed in held.values())]
    if campaign_id is not None:
        parts = [_of_campaign(part, campaign_id) for part in parts]
    together = {name: np.concatenate([part[name] for part in parts]) for name in _NOTHING}
    keys = np.stack([together[CREATIVES], together[CAMPAIGNS]])
    unique, group = np.unique(keys, axis=1, return_inverse=True)
    columns = {name: grouped_sum(together[name], group.reshape(-1), unique.shape[1]) for name in METRICS}
    return CreativeSums(unique[0], unique[1], columns, len(held), min(held, default=None))


def _newest(account: AdAccount, days: tuple[date, date], now: datetime) -> dict[date, bytes]:
    rows = CreativeDay.objects.filter(account=account, day__range=days, read_at__lte=now).order_by("day", "read_at")
    wanted = dict(rows.values_list("day", "pk"))
    found = CreativeDay.objects.filter(pk__in=wanted.values()).order_by("day")
    return {day: bytes(packed) for day, packed in found.values_list("day", "packed")}


def _of_campaign(part: dict[str, Column], campaign_id: str) -> dict[str, Column]:
    keep = part[CAMPAIGNS] == (int(campaign_id) if campaign_id.isascii() and campaign_id.isdigit() else -1)
    return {name: column[keep] for name, column in part.items()}
