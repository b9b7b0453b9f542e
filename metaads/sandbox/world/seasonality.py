"""The year: prices climb to Christmas and fall in January, people buy more after pay day and on the great sale days.

The sizes are assumed: the data folder holds no whole year of any account. CPM about a quarter above the year's mean in
December and a sixth below in January; on Black Friday twice the orders at a price half as high again.
"""

from datetime import date, datetime, timedelta

import numpy as np

from metaads.sandbox.world.conditions import Conditions

# Factor on CPM and on the conversion rate in the middle of each month, January first.
_PRICE = np.array([0.84, 0.90, 0.95, 0.97, 1.00, 0.99, 0.95, 0.94, 1.00, 1.06, 1.17, 1.22])
_SALES = np.array([0.93, 0.94, 0.97, 0.99, 1.00, 0.99, 0.95, 0.94, 1.00, 1.03, 1.10, 1.12])
_PAY_DAYS, _PAY = 4, 1.06
_EVE = 1.25


def conditions(local: datetime) -> Conditions:
    """What the date does, by the account's own calendar."""
    day = local.date()
    price, sales = _of_year(_PRICE, day), _of_year(_SALES, day)
    if days_to_month_end(day) < _PAY_DAYS:
        sales *= _PAY
    for first, last, dearer, keener in great_days(day.year):
        if first <= day <= last:
            price, sales = price * dearer, sales * keener
    return Conditions(price=price, sales=sales)


def _of_year(curve: np.ndarray, day: date) -> float:
    """The curve between the middles of two months; December leads into January."""
    place = day.month - 1 + (day.day - 15) / 30.5
    return float(np.interp(place, np.arange(-1, 13), np.concatenate([curve[-1:], curve, curve[:1]])))


def days_to_month_end(day: date) -> int:
    """0 on the last day of a month."""
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day).days - 1


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def great_days(year: int) -> tuple[tuple[date, date, float, float], ...]:
    """First day, last day, factor on CPM and on the conversion rate."""
    friday = black_friday(year)
    return (
        (date(year, 2, 12), date(year, 2, 14), 1.05, 1.12),
        (friday - timedelta(days=4), friday - timedelta(days=1), 1.12, 1.10),
        (friday, friday + timedelta(days=3), 1.45, 2.0),
        (date(year, 12, 10), date(year, 12, 20), 1.10, _EVE),
        (date(year, 12, 24), date(year, 12, 26), 0.75, 0.55),
        (date(year, 12, 31), date(year, 12, 31), 0.80, 0.70),
    )
