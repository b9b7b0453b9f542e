"""Sums since creation: what a reading of the whole life says, and the days after it.

Meta answers for at most 37 months back (reference 4.1, error 3018): of whatever is older, the life is not known whole.
"""

from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import Known, newest
from intelligence.metrics.windows import LIFETIME
from metaads.models import AdAccount

OLDEST = timedelta(days=30)
OLDEST_DAYS = 36 * 30


def newest_whole(account: AdAccount, level: str, today: date, known_at: datetime) -> tuple[int, Known] | None:
    """The newest reading of whole lives and how many days ago it ended; None if there is none of the last 31 days."""
    found = newest(account, level, (today - OLDEST, today), known_at, LIFETIME)
    if not found:
        return None
    day = max(found)
    return (today - day).days, found[day]


def lifetime(base: str, days: Days, matrix: Numbers, ended: int, known: Known) -> Numbers:
    """The reading that ended `ended` days ago, and the days since from `matrix` (row k = k days ago).

    Who is not in it had not delivered until then. Reach does not add up: it is that of the reading, which must be of
    today or yesterday.
    """
    until = days.of(known.totals).matrix(base)[0]
    if base == "reach":
        summed = until if ended <= 1 else np.full(len(until), np.nan)
    else:
        summed = until + matrix[:ended].sum(axis=0)
    whole: Numbers = np.where(days.born > OLDEST_DAYS + ended, np.nan, summed)
    return whole
