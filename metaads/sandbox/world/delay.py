"""Conversion delay: a purchase is reported late but on the day of its click or view, so past days are restated.

Shapes follow Meta's windows (reference 4.1): 7-day click and 1-day view make the default; what comes 7 to 28 days after
its click shows only in `28d_click`.
"""

import numpy as np

from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.types import Floats, Ints

# Parts of the purchases within seven days and their mean delay in hours: at once, the same day, days later.
_PARTS = (0.55, 0.30, 0.15)
_SLOW_PARTS = (0.10, 0.25, 0.65)
_MEANS = (0.4, 8.0, 52.0)
_DAY_HOURS, _WINDOW_HOURS, _LATE_HOURS = 24.0, 7 * 24.0, 28 * 24.0
_VIEW_MEAN = 7.0
# Of the purchases under the default, the part that follows a click; and those beyond seven days, per default one.
CLICKED, LATE = 0.93, 0.05
# Window class of a purchase: the narrowest window that contains it.
CLICK_1D, CLICK_7D, CLICK_28D, VIEW_1D = 0, 1, 2, 3
_COUNTS_IN = (
    (Metric.PURCHASES, Metric.PURCHASES_1D_CLICK, Metric.PURCHASES_7D_CLICK, Metric.PURCHASES_28D_CLICK),
    (Metric.PURCHASES, Metric.PURCHASES_7D_CLICK, Metric.PURCHASES_28D_CLICK),
    (Metric.PURCHASES_28D_CLICK,),
    (Metric.PURCHASES, Metric.PURCHASES_1D_VIEW),
)
_VALUE_OF = {
    Metric.PURCHASES: Metric.VALUE,
    Metric.PURCHASES_1D_CLICK: Metric.VALUE_1D_CLICK,
    Metric.PURCHASES_7D_CLICK: Metric.VALUE_7D_CLICK,
    Metric.PURCHASES_28D_CLICK: Metric.VALUE_28D_CLICK,
    Metric.PURCHASES_1D_VIEW: Metric.VALUE_1D_VIEW,
}


def seconds(which: Floats, how_long: Floats, slow: bool = False) -> Floats:
    """Delay after the click in seconds, from two uniform numbers; never beyond the seven-day click window.

    `slow`: for what people think over, most purchases come days after the click.
    """
    edges = np.cumsum(_SLOW_PARTS if slow else _PARTS)[:-1]
    mean = np.asarray(_MEANS)[np.searchsorted(edges, which)]
    hours = -mean * np.log1p(-how_long * (1 - np.exp(-_WINDOW_HOURS / mean)))
    return np.asarray(hours * 3600.0, dtype=np.float64)


def late_seconds(how_long: Floats) -> Floats:
    """Delay of a purchase that only the 28-day click window counts: 7 to 28 days, evenly."""
    return np.asarray((_WINDOW_HOURS + how_long * (_LATE_HOURS - _WINDOW_HOURS)) * 3600.0, dtype=np.float64)


def view_seconds(how_long: Floats) -> Floats:
    """Delay of a purchase after a view without a click; within one day."""
    hours = -_VIEW_MEAN * np.log1p(-how_long * (1 - np.exp(-_DAY_HOURS / _VIEW_MEAN)))
    return np.asarray(hours * 3600.0, dtype=np.float64)


def click_window(delay: Floats) -> Ints:
    """Window class of clicked purchases with these delays in seconds."""
    edges = np.array([_DAY_HOURS, _WINDOW_HOURS]) * 3600.0
    return np.searchsorted(edges, delay).astype(np.int64)


def report(daily: Ints, day: Ints, ad: Ints, value: Ints, window: Ints) -> None:
    """Adds purchases (a column each) to `daily` (days, ads, metrics), under every window that contains them."""
    for kind, metrics in enumerate(_COUNTS_IN):
        mine = window == kind
        if not mine.any():
            continue
        for metric in metrics:
            np.add.at(daily[:, :, metric], (day[mine], ad[mine]), 1)
            np.add.at(daily[:, :, _VALUE_OF[metric]], (day[mine], ad[mine]), value[mine])


def visible_share(hours: float) -> float:
    """Part of a click's purchases (7-day click) that is reported after so many hours: the true maturity curve."""
    return float(
        sum(p * -np.expm1(-hours / m) / -np.expm1(-_WINDOW_HOURS / m) for p, m in zip(_PARTS, _MEANS, strict=True))
    )
