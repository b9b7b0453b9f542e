"""Weeks: what the newest readings of seven days add up to, made again whenever one of them was restated."""

import hashlib
from datetime import date, timedelta

import numpy as np

from intelligence.exact import exact_sum
from intelligence.models import Reading, Week
from intelligence.totals import Keys, Numbers, Totals, unpack_totals
from metaads.models import AdAccount

DAYS = 7
NOT_ADDITIVE = "reach"
Newest = dict[date, tuple[int, str]]
"""Key of each day's newest reading, and what tells it from any other."""


def monday(day: date) -> date:
    """First day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def roll_week(account: AdAccount, level: str, first_day: date) -> bool:
    """Makes the row of the week that starts on `first_day` (a Monday); True if it says something new. Idempotent.

    A week of which fewer days are kept than it was made of stays as it was: the rest would be less than the week.
    """
    days = _newest(account, level, first_day)
    if not days or _says_it_all(_held(account, level, first_day), days):
        return False
    rows = Reading.objects.filter(pk__in=[pk for pk, _ in days.values()]).order_by("day")
    totals = week_totals([unpack_totals(packed) for packed in rows.values_list("packed", flat=True)])
    values = {"days": len(days), "rows": len(totals), "packed": totals.pack(), "source": _source(days)}
    Week.objects.update_or_create(account=account, level=level, first_day=first_day, defaults=values)
    return True


def is_rolled(account: AdAccount, level: str, first_day: date) -> bool:
    """Whether the row of the week holds all that its kept readings say, or was made of more days than are kept."""
    return _says_it_all(_held(account, level, first_day), _newest(account, level, first_day))


def week_totals(days: list[Totals]) -> Totals:
    """Sums per entity, exact. A day that doesn't list an entity is a zero there, as everywhere (`metrics.days`).

    The marks of the lists (see `intelligence.totals`) hold for the week where they hold on each day that lists it.
    """
    ids: Keys = np.unique(np.concatenate([totals.ids for totals in days]))
    places = [np.searchsorted(ids, totals.ids) for totals in days]
    names = sorted({name for totals in days for name in totals.columns} - {NOT_ADDITIVE})
    marks = {name.partition(".")[0] for name in names if "." in name}
    columns: dict[str, Numbers] = {}
    for name in names:
        matrix = np.full((len(days), len(ids)), 1.0 if name in marks else 0.0)
        for row, place, totals in zip(matrix, places, days, strict=True):
            row[place] = totals.metric(name) if name not in marks else totals.columns.get(name, 0.0)
        columns[name] = matrix.min(axis=0) if name in marks else exact_sum(matrix)
    return Totals(ids, columns)


def _held(account: AdAccount, level: str, first_day: date) -> Week | None:
    return Week.objects.filter(account=account, level=level, first_day=first_day).defer("packed").first()


def _says_it_all(week: Week | None, days: Newest) -> bool:
    return week is not None and (week.source == _source(days) or week.days > len(days))


def _newest(account: AdAccount, level: str, first_day: date) -> Newest:
    span = (first_day, first_day + timedelta(days=DAYS - 1))
    rows = Reading.objects.filter(account=account, level=level, window=Reading.DAY, day__range=span)
    listed = rows.order_by("day", "read_at").values_list("day", "pk", "read_at", "digest")
    return {day: (pk, f"{day} {read_at.isoformat()} {digest}") for day, pk, read_at, digest in listed}


def _source(days: Newest) -> str:
    return hashlib.sha256("\n".join(said for _, said in days.values()).encode()).hexdigest()
