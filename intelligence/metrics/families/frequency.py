"""Frequency where Meta was not asked for the window's reach: an estimate, and a mark that it is one.

`frequency_estimate_<window>` is Meta's own frequency where the window's reach is known, else impressions over an
estimated reach; `frequency_is_estimated_<window>` is 1 for an estimate, 0 for Meta's own, unknown where there is none.
Reach does not add up: over n days it is taken to grow as (mean daily reach) x n^b. b comes from the entity's own 7-day
reach; without that from USUAL_GROWTH. Days whose reach is unknown (filled from hourly figures) count as the mean of
the others. Windows of hours have no estimate.
"""

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.families.base import ColumnOf, Resolve, divide, numbers, stored
from intelligence.metrics.families.ratios import Ratios
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

ESTIMATE, MARK = "frequency_estimate", "frequency_is_estimated"
USUAL_GROWTH = 0.75
"""Ours, not Meta's: two days reach about 1.7 times as many as one, a week 4.3 times."""
_CALIBRATED_ON = 7


class Frequency:
    key = "frequency"

    def names(self) -> tuple[str, ...]:
        return (ESTIMATE, MARK)

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        base, window = windows.split(name)
        if base not in (ESTIMATE, MARK):
            return None
        window = window or default_window
        return Field(f"{base}_{window}", base, window, NUMBER, "ratio" if base == ESTIMATE else "count", self.key)

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        window = field.window or windows.TODAY
        own = numbers(column(frame, Field(f"frequency_{window}", "frequency", window, NUMBER, "ratio", Ratios.key)))
        offsets = windows.day_offsets(window)
        estimate = np.full(len(frame), np.nan) if offsets is None else _estimate(frame, window, offsets)
        if field.base == ESTIMATE:
            return np.where(np.isnan(own), estimate, own)
        return np.where(~np.isnan(own), 0.0, np.where(np.isnan(estimate), np.nan, 1.0))


def _estimate(frame: Frame, window: str, offsets: tuple[int, int]) -> Numbers:
    days = offsets[0] - offsets[1] + 1
    reach = _mean(_daily(frame, range(offsets[1], offsets[0] + 1))) * days ** _growth(frame)
    return np.maximum(divide(_held(frame, f"impressions_{window}"), reach), 1.0)


def _growth(frame: Frame) -> Numbers:
    """The exponent b of each entity, 0 (the same people each day) to 1 (others each day)."""
    week = divide(_held(frame, f"reach_{_CALIBRATED_ON}d"), _mean(_daily(frame, range(1, _CALIBRATED_ON + 1))))
    own = np.log(np.where(week > 0, week, np.nan)) / np.log(_CALIBRATED_ON)
    growth: Numbers = np.where(np.isnan(own), USUAL_GROWTH, np.clip(own, 0.0, 1.0))
    return growth


def _daily(frame: Frame, days_ago: range) -> Numbers:
    return np.stack([_held(frame, f"reach_@{ago}") for ago in days_ago])


def _mean(days: Numbers) -> Numbers:
    """Down the columns, over the days that are known and on which anybody was reached."""
    counted = np.where(days > 0, days, np.nan)
    known = np.count_nonzero(~np.isnan(counted), axis=0).astype(np.float64)
    return divide(np.nansum(counted, axis=0), known)


def _held(frame: Frame, name: str) -> Numbers:
    found = stored(frame, name)
    return np.full(len(frame), np.nan) if found is None else numbers(found)
