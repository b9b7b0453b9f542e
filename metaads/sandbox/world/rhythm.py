"""Hour-of-week rhythm: volume follows the hour strongly (best to worst about 6), the weekday mildly; prices hardly."""

import numpy as np

from metaads.sandbox.world.types import Floats

_HOURS = np.array(
    [
        2.2,
        1.5,
        1.1,
        0.9,
        0.9,
        1.2,
        2.0,
        3.1,
        3.9,
        4.2,
        4.4,
        4.6,
        5.2,
        5.0,
        4.6,
        4.5,
        4.7,
        5.1,
        5.7,
        6.3,
        6.9,
        7.0,
        5.9,
        3.8,
    ]
)
_WEEKDAYS = np.array([1.04, 1.01, 0.98, 0.90, 0.95, 1.05, 1.07])
SHARE: Floats = _HOURS / _HOURS.sum()
PRICE: Floats = 1.0 + 0.10 * np.cos((np.arange(24) - 4) / 24 * 2 * np.pi)


def share(weekday: int, hour: int) -> float:
    """Part of an average day's delivery in this local hour (Monday = 0); a day sums to 0.90 to 1.07."""
    return float(SHARE[hour] * _WEEKDAYS[weekday])


def price(hour: int) -> float:
    """Factor on the price of a thousand impressions; highest about 04h, when few people are awake."""
    return float(PRICE[hour])
