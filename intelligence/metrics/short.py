"""Windows that end at the last reading: 15min, 1h, 24h, as differences of two states of the totals.

The earlier state is the reading that held nearest to (last reading - span). If none held within the tolerance the
window is unknown: an hour is never guessed from a three-hour gap.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import around
from intelligence.totals import EMPTY, Totals
from metaads.models import AdAccount

TOLERANCE: dict[str, timedelta] = {
    "15min": timedelta(minutes=5),
    "1h": timedelta(minutes=15),
    "24h": timedelta(hours=1),
}


@dataclass(frozen=True)
class Recent:
    """The data that short windows need. `last` is the moment of the newest reading, which must be of `today`."""

    account: AdAccount
    level: str
    days: Days
    today: date
    last: datetime
    known_at: datetime

    def state_at(self, moment: datetime, tolerance: timedelta) -> tuple[date, Totals] | None:
        """The day of `moment` and its totals then; None if no reading held close enough to it."""
        day = windows.local_day(moment, self.account.zone)
        if moment - windows.day_start(day, self.account.zone) <= tolerance:
            return day, EMPTY
        found = around(self.account, self.level, day, moment, self.known_at)
        if found is None or found.distance(moment) > tolerance:
            return None
        return day, found.totals


@dataclass(frozen=True)
class Earlier:
    """The state at the start of a window: how many account days ago that was, and the day's totals until then."""

    ago: int
    totals: Days


def earlier_state(recent: Recent, window: str) -> Earlier | None:
    """None = no reading held close enough to the start of the window."""
    found = recent.state_at(recent.last - windows.SHORT[window], TOLERANCE[window])
    return None if found is None else Earlier((recent.today - found[0]).days, recent.days.of(found[1]))


def short_sum(matrix: Numbers, base: str, earlier: Earlier | None) -> Numbers:
    """What was added since the start of the window; negative where Meta took something back. NaN = unknown."""
    if earlier is None:
        return np.full(matrix.shape[1], np.nan)
    added: Numbers = matrix[: earlier.ago + 1].sum(axis=0) - earlier.totals.matrix(base)[0]
    return added
