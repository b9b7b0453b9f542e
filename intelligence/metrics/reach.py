"""Reach of a window as Meta gave it. It can't be added up, so a window that Meta was not asked about is unknown."""

from datetime import date, datetime

import numpy as np

from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import newest
from metaads.models import AdAccount


def given_reach(account: AdAccount, level: str, window: str, last_day: date, days: Days, known_at: datetime) -> Numbers:
    """Reach of `window` (7d ...) ending with `last_day`, in the order of `days.ids`; not listed = reached nobody."""
    found = newest(account, level, (last_day, last_day), known_at, window).get(last_day)
    if found is None:
        return np.full(len(days.ids), np.nan)
    reach: Numbers = days.of(found.totals).matrix("reach")[0]
    return reach
