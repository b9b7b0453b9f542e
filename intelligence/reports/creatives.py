"""Roll-up by creative: the sums of its ads on the days on which they showed it, ratios from those sums.

The same ads and days as the daily rows of `intelligence.creatives`, but from the sums that the other levels have
settled (`metrics.confirm`), and for any metric and attribution window. A creative used by several ads is one row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Min
from numpy.typing import NDArray

from intelligence.collect.creatives import Pairs, pairs_on
from intelligence.metrics import windows
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.entities import mirrored
from intelligence.metrics.families.base import numbers
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.source import Source
from intelligence.models import State
from intelligence.reports.span import METRICS, days_of, named
from intelligence.totals import Keys, keys_of
from metaads.models import AdAccount, Creative, Level


@dataclass(frozen=True)
class CreativeFigures:
    """`ads`: Meta ids of the ads that showed it on some day of the window, deleted ones included.

    Reach does not add up: it is unknown.
    """

    creative_id: str
    name: str
    ads: tuple[str, ...]
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class _Shown:
    """`ids`: creatives ascending. `places`: for each day so many days ago, of each ad the place of its creative in
    `ids`, -1 = unknown, or an ad of another campaign."""

    ids: Keys
    places: Mapping[int, NDArray[np.intp]]

    def ads_of(self, place: int) -> NDArray[np.intp]:
        """Places of the ads that showed a creative, each once."""
        found = [np.flatnonzero(places == place) for places in self.places.values()]
        return np.unique(np.concatenate(found))


@dataclass(frozen=True)
class _Grouped:
    """A source's sums by creative."""

    source: Source
    shown: _Shown

    def column(self, name: str) -> Numbers | None:
        base, window = windows.split(name)
        if window != windows.TODAY or not unit_of(base):
            return None
        sums = np.zeros(len(self.shown.ids))
        if base == "reach":
            return np.full(len(sums), np.nan)
        matrix = self.source.matrix(base)
        for ago, places in self.shown.places.items():
            counted = places >= 0
            np.add.at(sums, places[counted], matrix[ago, counted])
        return np.round(sums, 6)


def by_creative(
    account: AdAccount,
    now: datetime,
    window: str = "7d",
    campaign_id: str | None = None,
    attribution: str | None = None,
    include_offline: bool = False,
    metrics: Sequence[str] = METRICS,
) -> tuple[CreativeFigures, ...]:
    """Every creative with ads (of one campaign, if given) over a window of whole days, by id.

    What an ad did on a day counts for the creative it had at the end of that day. Raises BadPeriod,
    BadAttribution, UnknownField.
    """
    today = windows.local_day(now, account.zone)
    first, last = days_of(window, today)
    source = Source(account, Level.AD, mirrored(account, Level.AD, now), now, now)
    shown = _shown(source, (first, last), now, campaign_id)
    ids = shown.ids.astype(np.str_)
    grouped = _Grouped(source, shown)
    frame = Frame(account.pk, "creative", now, source.read_at, ids, LazyColumns({}, lambda: grouped))
    asked = named(metrics, attribution, include_offline)
    found = {
        name: numbers(column(frame, resolve(actual, windows.TODAY))).tolist() if len(ids) else []
        for name, actual in asked.items()
    }
    names = dict(Creative.objects.filter(account=account).values_list("meta_id", "name"))
    ads = source.entities.ids
    return tuple(
        CreativeFigures(
            creative_id=str(creative_id),
            name=names.get(str(creative_id), ""),
            ads=tuple(str(ads[row]) for row in shown.ads_of(i)),
            values={metric: _known(values[i]) for metric, values in found.items()},
        )
        for i, creative_id in enumerate(ids)
    )


def _shown(source: Source, days: tuple[date, date], now: datetime, campaign_id: str | None) -> _Shown:
    """Which creative each ad of the source showed on each of these account days (both included)."""
    keys = keys_of(source.entities.ids)
    wanted = None if campaign_id is None else int(campaign_id) if campaign_id.isdecimal() else -1
    held: dict[int, Keys] = {}
    told: dict[date, Pairs] = {}
    for day, teller in _tellers(source.account, days):
        creatives, campaigns = (told.get(teller) or told.setdefault(teller, pairs_on(source.account, day, now))).of(
            keys
        )
        held[source.ago(day)] = creatives if wanted is None else np.where(campaigns == wanted, creatives, 0)
    ids = np.unique(np.concatenate(list(held.values())))
    ids = ids[ids > 0]
    return _Shown(ids, {ago: _places(ids, creatives) for ago, creatives in held.items()})


def _tellers(account: AdAccount, days: tuple[date, date]) -> Iterator[tuple[date, date]]:
    """Each account day with one that stands for it: all days before the first kept state are told by the same."""
    first = State.objects.filter(account=account, level=Level.AD, whole=True).aggregate(at=Min("at"))["at"]
    for n in range((days[1] - days[0]).days + 1):
        day = days[0] + timedelta(days=n)
        early = first is None or windows.day_end(day, account.zone) < first
        yield day, days[0] if early else day


def _places(ids: Keys, creatives: Keys) -> NDArray[np.intp]:
    return np.where(creatives > 0, np.searchsorted(ids, creatives), -1)


def top_creatives(
    account: AdAccount,
    now: datetime,
    window: str = "7d",
    metric: str = "roas",
    limit: int = 10,
    campaign_id: str | None = None,
    attribution: str | None = None,
    include_offline: bool = False,
) -> tuple[CreativeFigures, ...]:
    """The best by any metric of the catalogue: highest first, for costs lowest first; unknown ones last."""
    metrics = METRICS if metric in METRICS else (*METRICS, metric)
    rows = by_creative(account, now, window, campaign_id, attribution, include_offline, metrics)
    sign = 1 if metric.startswith(COSTS) else -1
    return tuple(sorted(rows, key=lambda row: _rank(row.values[metric], sign))[:limit])


COSTS = ("cpa", "cpc", "cpm", "cost_per.", "true_cpa")


def _rank(value: float | None, sign: int) -> tuple[bool, float]:
    return (True, 0.0) if value is None else (False, sign * value)


def _known(value: float) -> float | None:
    return None if value != value else value
