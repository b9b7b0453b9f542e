"""What a maturity curve is: the ages it is told at, and the share of a result that is visible at any age.

An age is counted in hours from the end of the account's day, for that is when a day's totals can first be complete.
Meta attributes a conversion to the day of the click or view and reports it when it happens, up to 28 days later
(reference 4.2), so the newest days always show too little.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import windows
from metaads.models import AdAccount

AGES: tuple[int, ...] = (0, 1, 3, 6, 12, 24, 48, 72, 96, 120, 168, 240, 336, 504, 672)
FINAL = AGES[-1]
DEFAULT: tuple[float, ...] = (
    0.75, 0.77, 0.80, 0.83, 0.87, 0.91, 0.945, 0.965, 0.975, 0.985, 0.995, 0.997, 0.998, 0.999, 1.0,
)  # fmt: skip
"""Where an account's own revisions are few, its curve is drawn towards this one. Ours, not Meta's."""
_HOUR = timedelta(hours=1)


def age(account: AdAccount, day: date, moment: datetime) -> float:
    """Hours from the end of the account's `day` to `moment`; negative while the day runs."""
    return (moment - windows.day_end(day, account.zone)) / _HOUR


def share_at(shares: Sequence[float | None], hours: float) -> float:
    """Visible share at an age, between the ages that are told by a straight line over log(1 + hours).

    NaN where one of the neighbours is unknown, and while the day runs. 1 from 28 days on.
    """
    if hours >= FINAL:
        return 1.0
    if hours < 0:
        return float("nan")
    known = np.array([np.nan if share is None else share for share in shares])
    right = int(np.searchsorted(AGES, hours, side="right"))
    left_age, right_age = AGES[right - 1], AGES[right]
    part = (np.log1p(hours) - np.log1p(left_age)) / (np.log1p(right_age) - np.log1p(left_age))
    if part == 0:
        return float(known[right - 1])
    return float(known[right - 1] * (1 - part) + known[right] * part)


def shares_at(shares: Sequence[float | None], hours: Sequence[float]) -> NDArray[np.float64]:
    return np.array([share_at(shares, one) for one in hours], dtype=np.float64)
