"""Which ad sets should be delivering now, and how much their budgets let them spend."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from intelligence.collect.delivery import DELIVERING, LIMITED, standings
from intelligence.metrics.frame import Numbers
from intelligence.totals import Keys
from metaads.graph.money import offset
from metaads.models import AdAccount, AdSet, Level

PEAK = 2.0
"""A daily budget is spent up to so many times faster in the best hours than evenly."""
_BUDGETS = ("daily_budget", "lifetime_budget", "budget_remaining")


@dataclass(frozen=True)
class Running:
    """`ids` ascending. `holder`: of each ad set the place of what carries its budget, in `daily` (a day) and `left`
    (what a lifetime budget still has), major unit, NaN = no such budget."""

    ids: Keys
    holder: NDArray[np.intp]
    daily: Numbers
    left: Numbers

    def __len__(self) -> int:
        return len(self.ids)

    def per_holder(self, values: Numbers) -> Numbers:
        summed: Numbers = np.bincount(self.holder, weights=values, minlength=len(self.daily)).astype(np.float64)
        return summed

    def ceiling(self, hours: float, spent_before: Numbers) -> Numbers:
        """The most that each holder can be expected to spend in `hours`, having spent that much today before them."""
        even = self.daily * hours / 24 * PEAK
        rest = np.maximum(self.daily - spent_before, 0.0)
        return np.fmin(np.fmin(even, rest), self.left)


def running(account: AdAccount, now: datetime) -> Running:
    """Ad sets that deliver as far as the mirror knows: on, with an ad that is on, started and not ended."""
    begun = Q(start_time=None) | Q(start_time__lte=now)
    for stop in ("stop_time", "campaign__stop_time"):
        begun &= Q(**{stop: None}) | Q(**{f"{stop}__gt": now})
    names = ("meta_id", "campaign__meta_id", *_BUDGETS, *(f"campaign__{name}" for name in _BUDGETS))
    standing = standings(account, Level.AD_SET)
    rows = [
        row
        for row in AdSet.objects.filter(begun, account=account, deleted_at=None).values_list(*names)
        if row[0].isdigit() and row[0] in standing and standing[row[0]].delivery in (DELIVERING, LIMITED)
    ]
    rows.sort(key=lambda row: int(row[0]))
    return _running(rows, offset(account.currency))


def _running(rows: list[tuple[str | int | None, ...]], per_major: int) -> Running:
    places: dict[str, int] = {}
    budgets: list[tuple[float, float]] = []
    holder = []
    for ad_set, campaign, *amounts in rows:
        own, above = amounts[:3], amounts[3:]
        shared = not (own[0] or own[1])
        name = f"campaign {campaign}" if shared else f"ad set {ad_set}"
        if name not in places:
            places[name] = len(budgets)
            daily, lifetime, left = above if shared else own
            budgets.append((_major(daily, per_major), _major(left if lifetime else None, per_major, nothing=0.0)))
        holder.append(places[name])
    pairs = np.array(budgets, dtype=np.float64).reshape(-1, 2)
    ids = np.array([int(str(row[0])) for row in rows], dtype=np.int64)
    return Running(ids, np.array(holder, dtype=np.intp), pairs[:, 0], pairs[:, 1])


def _major(minor: str | int | None, per_major: int, nothing: float = float("nan")) -> float:
    """Meta gives a missing budget as absent or as 0; a remainder of 0 is one (`nothing`)."""
    if minor is None:
        return float("nan")
    return int(minor) / per_major if int(minor) else nothing
