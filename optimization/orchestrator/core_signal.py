"""Signals: what a goal counts, in the readings that we hold. An action type, a pixel's event, or an insights field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.known import Known, newest, whole
from intelligence.results import PURCHASE
from intelligence.totals import ACTIONS, CONVERSIONS
from metaads.models import AdAccount, Level

FIELDS: Mapping[str, str] = {
    "thruplay": "thruplays",
    "video_thruplay_watched_actions": "thruplays",
    "inline_link_clicks": "inline_link_clicks",
    "clicks": "clicks",
    "impressions": "impressions",
}
"""Insights fields, and the column of our readings that holds each."""
PIXEL = "offsite_conversion.fb_pixel_"
CUSTOM = f"{PIXEL}custom"
WEEK = 7


def columns_of(signal: str) -> tuple[str, ...]:
    """Columns of a reading that may hold the signal, in the order in which they are asked: they are never added up.

    An account reports an event of its own under its name, or under Meta's prefix for the pixel's custom events.
    """
    if signal in FIELDS:
        return (FIELDS[signal],)
    names = PURCHASE if signal == "purchase" else (signal, f"{PIXEL}{signal}", f"{CUSTOM}.{signal}")
    return tuple(f"{mark}.{name}" for name in names for mark in (ACTIONS, CONVERSIONS))


@dataclass(frozen=True)
class SignalCount:
    """How often a signal occurred in an account in `days` account days, today included. None = no day was read."""

    signal: str
    count: int | None
    days: int
    column: str = ""

    @property
    def sentence(self) -> str:
        if self.count is None:
            return f"Nothing was read in the last {self.days} days, so it is unknown whether {self.signal} occurs."
        return f"{self.signal} occurred {self.count:,} times in the last {self.days} days."


@dataclass(frozen=True)
class Figures:
    """Sums of an ad set or several. Spend in the major unit. `known`: every day asked for was read, and events could
    have been seen."""

    spend: float = 0.0
    impressions: float = 0.0
    events: float = 0.0
    known: bool = True

    @property
    def cost(self) -> float | None:
        """Spend per event; None = no event yet."""
        return self.spend / self.events if self.events > 0 else None

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.spend + other.spend,
            self.impressions + other.impressions,
            self.events + other.events,
            self.known and other.known,
        )


class Readings:
    """What the ad sets of an account did in its last `days` days, as it is known at `now` (business time)."""

    def __init__(self, account: AdAccount, now: datetime, days: int = 28) -> None:
        self.account, self.now = account, now
        self.today = windows.local_day(now, account.zone)
        self.first = self.today - timedelta(days=days)

    @cached_property
    def _known(self) -> dict[date, Known]:
        read = newest(self.account, Level.AD_SET, (self.first, self.today), self.now)
        return whole(read, self.account.zone, self.now)

    def column(self, signal: str) -> str:
        """The first column that ever counted the signal here; "" = none did."""
        for name in columns_of(signal):
            if any(np.nansum(one.totals.metric(name)) > 0 for one in self._known.values()):
                return name
        return ""

    def count(self, signal: str, days: int = WEEK) -> SignalCount:
        """The account's own count. Asked of the last `days` days and today."""
        since = self.today - timedelta(days=days)
        recent = [one for day, one in self._known.items() if day >= since]
        if not recent:
            return SignalCount(signal, None, days)
        for name in columns_of(signal):
            found = int(sum(np.nansum(one.totals.metric(name)) for one in recent))
            if found > 0:
                return SignalCount(signal, found, days, name)
        return SignalCount(signal, 0, days)

    def of(self, ids: Iterable[str], signal: str, first: date, last: date) -> dict[str, Figures]:
        """Sums by ad set over account days, both included. A day that nobody read makes them not known, as does a
        signal that nothing here ever counted, or that no row of an ad set that spent says anything of; in a day that
        was read, whoever has no row did nothing."""
        wanted = sorted({int(one) for one in ids})
        name, keys = self.column(signal), np.array(wanted, dtype=np.int64)
        sums, told = np.zeros((3, len(keys))), np.zeros(len(keys), dtype=bool)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for known in (self._known[day] for day in days if day in self._known):
            held = known.totals.ids
            place = np.searchsorted(held, keys)
            inside = place < len(held)
            inside[inside] = held[place[inside]] == keys[inside]
            for row, metric in enumerate(("spend", "impressions", name)):
                if metric:
                    values = known.totals.metric(metric)[place[inside]]
                    sums[row, inside] += np.nan_to_num(values)
                    told[inside] |= (metric == name) & ~np.isnan(values)
        seen = (told | (sums[0] == 0)) & all(day in self._known for day in days) & bool(name)
        spend, shown, events = sums.tolist()
        return {str(key): Figures(spend[i], shown[i], events[i], bool(seen[i])) for i, key in enumerate(wanted)}


def count_week(account: AdAccount, signal: str, now: datetime) -> SignalCount:
    """The signal's count of the last 7 days and today, for the set-up of a goal. Reads our tables alone."""
    return Readings(account, now, WEEK).count(signal)
