"""`hours_since_conversion`: how long ago an entity last got a result, as far as the kept days and readings can tell.

From the readings of today and yesterday: since the one that first showed it (so never too long by more than the
hour). From older days: since the end of the day. Unknown where no kept day shows a conversion.
"""

from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import revisions
from intelligence.totals import ACTIONS, CONVERSIONS, EMPTY
from metaads.models import AdAccount
from metaads.reader.results import result_types

_HOUR = timedelta(hours=1)


def hours_since(
    account: AdAccount, level: str, days: Days, conversions: Numbers, now: datetime, known_at: datetime
) -> Numbers:
    """`conversions` is (days, entities), row k = k account days ago; `days` says which entities and results."""
    today = windows.local_day(now, account.zone)
    answer = np.full(len(days.ids), np.nan)
    for day in (today, today - timedelta(days=1)):
        seen = _last_rise(account, level, days, day, known_at)
        answer = np.where(np.isnan(answer), np.maximum((now.timestamp() - seen) / _HOUR.total_seconds(), 0), answer)
    some = conversions > 0
    for ago in range(len(conversions)):
        end = min(windows.day_end(today - timedelta(days=ago), account.zone), now)
        answer[np.isnan(answer) & some[ago]] = (now - end) / _HOUR
    return answer


def _last_rise(account: AdAccount, level: str, days: Days, day: date, known_at: datetime) -> Numbers:
    """POSIX time of the reading of `day` in which each entity's conversions last rose; NaN = never.

    A rise that was read after the day's end counts at its end.
    """
    end = windows.day_end(day, account.zone)
    before = days.of(EMPTY).matrix("conversions")[0]
    answer = np.full(len(days.ids), np.nan)
    lists = (ACTIONS, CONVERSIONS)
    only = {*lists, *(f"{name}.{kind}" for name in lists for kind in result_types(account))}
    for read_at, totals in revisions(account, level, day, known_at, only):
        after = days.of(totals).matrix("conversions")[0]
        answer[(after > np.nan_to_num(before)) & (after > 0)] = min(read_at, end).timestamp()
        before = after
    return answer
