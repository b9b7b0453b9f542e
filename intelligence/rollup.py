"""Questions about what was rolled up: weeks, and profiles by the hour of the day."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from intelligence.collect.profile import METRICS, SEEN, SLOTS, UNPLACED
from intelligence.collect.rows import IDS
from intelligence.columns import unpack
from intelligence.metrics.frame import Numbers
from intelligence.models import DayProfile, Week
from intelligence.totals import Keys, Totals, unpack_totals
from metaads.models import AdAccount

WEEK_DAYS = 7


@dataclass(frozen=True)
class WeekSums:
    """`totals` over the `days` of the week from Monday `first_day` that were read. Reach is not among them."""

    first_day: date
    days: int
    totals: Totals


@dataclass(frozen=True)
class Profile:
    """Slots run from local hour 0 to 23 of one day, or of each of 7 days (then with a first axis of 7).

    `seen`: (..., 24) hours of which the slot is made, 0 = unknown, 2 where the clock showed an hour twice.
    `slots`: per metric (..., 24, ids), what was added; NaN = unknown. `unplaced`: per metric (..., ids), what was seen
    only over several hours together, and so has no slot. Spend and value in the major unit.
    """

    ids: Keys
    seen: Numbers
    slots: dict[str, Numbers]
    unplaced: dict[str, Numbers]


def weeks(account: AdAccount, level: str, since: date, until: date) -> tuple[WeekSums, ...]:
    """Weeks whose Monday lies in since..until (both included), oldest first; weeks that were not rolled up lack."""
    rows = Week.objects.filter(account=account, level=level, first_day__range=(since, until)).order_by("first_day")
    return tuple(WeekSums(row.first_day, row.days, unpack_totals(row.packed)) for row in rows)


def day_profile(account: AdAccount, level: str, day: date) -> Profile | None:
    """The hours of one local day; None if they were never rolled up."""
    row = DayProfile.objects.filter(account=account, level=level, day=day).first()
    return None if row is None else _profile(row)


def week_profile(account: AdAccount, level: str, first_day: date) -> Profile:
    """7 x 24: the days from Monday `first_day` on. Days without a profile are unknown; an entity that a day doesn't
    list delivered nothing on it."""
    days = [first_day + timedelta(days=n) for n in range(WEEK_DAYS)]
    rows = DayProfile.objects.filter(account=account, level=level, day__in=days)
    held = {row.day: _profile(row) for row in rows}
    ids: Keys = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(one.ids for one in held.values())]))
    answer = _unknown_week(ids)
    for n, day in enumerate(days):
        if day in held:
            _lay(answer, n, held[day])
    return answer


def _profile(row: DayProfile) -> Profile:
    columns = unpack(row.packed)
    slots = {name: columns[name].reshape(SLOTS, -1) for name in METRICS}
    unplaced = {name: columns[name + UNPLACED] for name in METRICS}
    return Profile(columns[IDS], columns[SEEN], slots, unplaced)


def _unknown_week(ids: Keys) -> Profile:
    slots = {name: np.full((WEEK_DAYS, SLOTS, len(ids)), np.nan) for name in METRICS}
    unplaced = {name: np.full((WEEK_DAYS, len(ids)), np.nan) for name in METRICS}
    return Profile(ids, np.zeros((WEEK_DAYS, SLOTS)), slots, unplaced)


def _lay(week: Profile, n: int, day: Profile) -> None:
    places = np.searchsorted(week.ids, day.ids)
    week.seen[n] = day.seen
    for name in METRICS:
        week.slots[name][n][day.seen > 0] = 0.0
        week.unplaced[name][n] = 0.0
        week.slots[name][n][:, places] = day.slots[name]
        week.unplaced[name][n, places] = day.unplaced[name]
