"""Trends: Theil-Sen slope of the daily ratio over the last 3 or 7 complete days, in percent of its mean.

slope per day x days / mean x 100, so -15 reads "fell by 15 % over the window". The median of all pairwise slopes, so
that one odd day does not make a trend. Unknown with fewer than 3 known days of 3, or 4 of 7.
`frequency_change_24h` compares Meta's 7-day frequency up to yesterday with the one up to the day before, in percent.
"""

from itertools import combinations

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.families.base import ColumnOf, Resolve, divide, numbers
from intelligence.metrics.families.ratios import RATIOS, Ratios
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

DAYS: dict[str, int] = {"3d": 3, "7d": 7}
LEAST_KNOWN: dict[str, int] = {"3d": 3, "7d": 4}
CHANGE = "frequency_change_24h"
_SUFFIX = "_trend"


class Trends:
    key = "trends"

    def names(self) -> tuple[str, ...]:
        return (*(f"{base}{_SUFFIX}_{window}" for base in RATIOS for window in DAYS), CHANGE)

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        if name == CHANGE:
            return Field(CHANGE, CHANGE, None, NUMBER, "percent", self.key)
        base, window = windows.split(name)
        if base.removesuffix(_SUFFIX) not in RATIOS or not base.endswith(_SUFFIX):
            return None
        if window is None:
            window = default_window if default_window in DAYS else "7d"
        if window not in DAYS:
            return None
        return Field(f"{base}_{window}", base, window, NUMBER, "percent", self.key)

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        if field.name == CHANGE or field.window is None:
            return _frequency_change(frame, column)
        base = field.base.removesuffix(_SUFFIX)
        count = DAYS[field.window]
        days = np.stack([_of_day(frame, base, count - i, column) for i in range(count)])
        return slope_percent(days, LEAST_KNOWN[field.window])


def _of_day(frame: Frame, base: str, days_ago: int, column: ColumnOf) -> Numbers:
    """A ratio of one complete day; `@n` is the frame's name for the day n days ago."""
    return numbers(column(frame, Field(f"{base}_@{days_ago}", base, f"@{days_ago}", NUMBER, "", Ratios.key)))


def slope_percent(days: Numbers, least_known: int) -> Numbers:
    """(days, entities), oldest first -> slope per day x days / mean x 100 for each entity."""
    count = len(days)
    answer = np.full(days.shape[1], np.nan)
    known = np.count_nonzero(~np.isnan(days), axis=0)
    rows = np.flatnonzero(known >= least_known)
    if not len(rows):
        return answer
    chosen = days[:, rows]
    slopes = np.stack([(chosen[j] - chosen[i]) / (j - i) for i, j in combinations(range(count), 2)])
    answer[rows] = divide(_median(slopes) * count, np.nanmean(chosen, axis=0), 100)
    return answer


def _median(values: Numbers) -> Numbers:
    """Median down the columns, NaN left out. Sorting puts NaN last, which is many times quicker than nanmedian."""
    ordered = np.sort(values, axis=0)
    known = np.count_nonzero(~np.isnan(values), axis=0)
    columns = np.arange(values.shape[1])
    middle: Numbers = (ordered[(known - 1) // 2, columns] + ordered[known // 2, columns]) / 2
    return middle


def _frequency_change(frame: Frame, column: ColumnOf) -> Numbers:
    now = numbers(column(frame, Field("frequency_7d", "frequency", "7d", NUMBER, "", Ratios.key)))
    before = numbers(column(frame, Field("frequency_7d@2", "frequency", "7d@2", NUMBER, "", Ratios.key)))
    return divide(now - before, before, 100)
