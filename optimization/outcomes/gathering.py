"""From the stored readings to a `Panel`: whole days before the change, and exactly the window after it.

Of the days on which the window begins and ends, spend is that between the readings nearest to these moments; results
count in proportion to it, for Meta attributes them to the day of the click. Results are divided by the share that is
visible at the day's age (the account's maturity curve, else the default one). Entities that were left alone go through
the same, so that what is still to come cancels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.entities import mirrored
from intelligence.metrics.known import Known, around, newest, whole
from intelligence.metrics.maturity import AGES, DEFAULT, age, share_at
from intelligence.metrics.source import conversion_types
from intelligence.models import MaturityCurve
from metaads.graph.money import offset
from metaads.models import AdAccount
from optimization.outcomes.panel import Marks, Numbers

DAYS_BEFORE = 28
TOLERANCE = timedelta(minutes=90)
"""How far a reading may lie from the window's ends and still speak for them."""


@dataclass(frozen=True)
class Window:
    """(metrics, entities) sums over it; `visible`: share of its results that is reported by now."""

    sums: Numbers
    visible: float


class Observed:
    """One level of an account from DAYS_BEFORE days before `first` to `last`, as known at `now`. Minor units."""

    def __init__(self, account: AdAccount, level: str, first: date, last: date, now: datetime) -> None:
        self.account, self.level, self.first, self.last, self.now = account, level, first, last, now
        self.factor = float(offset(account.currency))
        self._moments: dict[datetime, Numbers | None] = {}

    @cached_property
    def _known(self) -> Mapping[date, Known]:
        span = (self.first - timedelta(days=DAYS_BEFORE), self.last)
        return whole(newest(self.account, self.level, span, self.now), self.account.zone, self.now)

    @cached_property
    def ids(self) -> np.ndarray:
        return self._days.ids

    @cached_property
    def _days(self) -> Days:
        entities = mirrored(self.account, self.level, self.now)
        later = (windows.local_day(self.now, self.account.zone) - self.last).days
        totals = {(self.last - day).days: known.totals for day, known in self._known.items()}
        count = (self.last - self.first).days + DAYS_BEFORE + 1
        return Days(entities.ids, totals, count, entities.born - later, conversion_types(self.account))

    @cached_property
    def shares(self) -> Numbers:
        """(days,) visible share of each day's results, oldest first. A running day has what its end would have."""
        found = MaturityCurve.objects.filter(
            account=self.account, action_type=self.account.conversion_action_type, made_at__lte=self.now
        )
        curve = found.order_by("-made_at").values_list("shares", flat=True).first() or [None] * len(AGES)
        told = [own if own else usual for own, usual in zip(curve, DEFAULT, strict=True)]
        days = [self.last - timedelta(days=ago) for ago in range(self._days.count)]
        ages = [
            max(age(self.account, day, self._known[day].confirmed_at), 0.0) if day in self._known else 0.0
            for day in days
        ]
        return np.array([share_at(told, one) for one in ages])[::-1]

    @cached_property
    def daily(self) -> Numbers:
        """(metrics, days, entities), oldest first: spend, conversions, value; the latter two as they will be."""
        spend = self._days.matrix("spend")[::-1] * self.factor
        shares = self.shares[:, None]
        conversions = self._days.matrix("conversions")[::-1] / shares
        value = self._days.matrix("conversion_value")[::-1] * self.factor / shares
        return np.array([spend, conversions, value])

    @property
    def born_by(self) -> Marks:
        """(DAYS_BEFORE, entities): whether the day came after that of its creation; unknown counts as long ago."""
        ago = np.arange(self._days.count)[::-1][:DAYS_BEFORE, None]
        return np.asarray(~(ago >= self._days.born[None, :]))

    def place(self, day: date) -> int:
        return (day - self.first).days + DAYS_BEFORE

    def window(self, begin: datetime, end: datetime) -> Window:
        """What every entity did from `begin` to `end`; NaN = unknown."""
        zone = self.account.zone
        first, last = windows.local_day(begin, zone), windows.local_day(end - timedelta(microseconds=1), zone)
        sums = np.zeros((3, len(self.ids)))
        weights, seen = 0.0, 0.0
        for place in range(self.place(first), self.place(last) + 1):
            day = self.first + timedelta(days=place - DAYS_BEFORE)
            spend = self.daily[0, place]
            low = self._spent(day, begin, spend) if day == first else np.zeros_like(spend)
            high = self._spent(day, end, spend) if day == last else spend
            part = np.clip(high - low, 0.0, None)
            share = np.divide(part, spend, out=np.where(np.isnan(spend), np.nan, 0.0), where=spend > 0)
            sums += np.array([part, self.daily[1, place] * share, self.daily[2, place] * share])
            weights, seen = weights + float(np.nansum(part)), seen + float(np.nansum(part)) * float(self.shares[place])
        return Window(sums, seen / weights if weights else float(self.shares[-1]))

    def _spent(self, day: date, moment: datetime, whole_day: Numbers) -> Numbers:
        """Minor units that the day had cost at `moment`; by the clock where nobody read it about then."""
        if moment >= windows.day_end(day, self.account.zone):
            return whole_day
        if moment not in self._moments:
            held = around(self.account, self.level, day, moment, self.now)
            near = held if held is not None and held.distance(moment) <= TOLERANCE else None
            spend = None if near is None else self._days.of(near.totals).matrix("spend")[0]
            self._moments[moment] = None if spend is None else spend * self.factor
        read = self._moments[moment]
        if read is None:
            return whole_day * windows.elapsed_share(moment, self.account.zone)
        return np.asarray(np.minimum(np.nan_to_num(read), whole_day))
