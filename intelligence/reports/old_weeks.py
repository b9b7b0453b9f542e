"""Weeks whose days are gone: after RETAIN_DAILY_DAYS only their sums are kept, and stand in for the seven days."""

from datetime import date, datetime, timedelta

import numpy as np

from intelligence.collect.due import RESTATED_DAYS
from intelligence.metrics import variants, windows
from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.source import Source, conversion_types
from intelligence.rollup import WEEK_DAYS, weeks

OldWeeks = dict[date, Days]


def old_weeks(source: Source, first: date, last: date, now: datetime) -> OldWeeks:
    """By Monday, the weeks inside first..last of which all seven days were read, for the source's entities.

    Only those that Meta could not restate any more by `now`: of these it is known what was known then.
    """
    account = source.account
    final = windows.local_day(now, account.zone) - timedelta(days=RESTATED_DAYS + 1)
    until = min(last, final) - timedelta(days=WEEK_DAYS - 1)
    ids, types = source.entities.ids, conversion_types(account)
    born = np.full(len(ids), np.nan)
    return {
        week.first_day: Days(ids, {0: week.totals}, 1, born, types)
        for week in weeks(account, source.level, first, until)
        if week.days == WEEK_DAYS
    }


def filled(days: Numbers, base: str, first: date, held: OldWeeks, row: int | None) -> Numbers:
    """`days` (a sum of each day from `first` on) in which a week that has an unknown day is its sum, under its Monday,
    and six zeros. `row`: the entity, None = all together.

    Late results have all come in by then, so a corrected sum is the plain one.
    """
    answer = days.copy()
    name = variants.split_mature(base) or base
    for monday, week in held.items():
        place = slice(start := (monday - first).days, start + WEEK_DAYS)
        if np.isnan(answer[place]).any():
            values = week.matrix(name)[0]
            answer[place] = 0.0
            answer[start] = values.sum() if row is None else values[row]
    return answer
