"""Hour-of-week rhythm: volume follows the hour strongly (6 to 10 fold), the weekday mildly; nights are dear."""

import numpy as np

from metaads.sandbox.world.types import Floats

# fmt: off
_HOURS = np.array([
    2.3, 1.7, 1.3, 1.1, 1.1, 1.4, 2.0, 3.1, 3.9, 4.2, 4.4, 4.6,
    5.2, 5.0, 4.6, 4.5, 4.7, 5.1, 5.7, 6.3, 6.9, 7.0, 5.9, 3.8,
])
# fmt: on
_WEEKDAYS = np.array([1.04, 1.01, 0.98, 0.90, 0.95, 1.05, 1.07])
SHARE: Floats = _HOURS / _HOURS.sum()
# Cost per thousand differs 2.0 to 4.2-fold between hours (hourly cost series); what an average impression costs is not
# changed by it.
_SWING = 1.0 + 0.36 * np.cos((np.arange(24) - 4) / 24 * 2 * np.pi)
PRICE: Floats = _SWING * 0.95 * (SHARE / _SWING).sum()


def share(weekday: int, hour: int) -> float:
    """Part of an average day's delivery in this local hour (Monday = 0); a day sums to 0.90 to 1.07."""
    return float(SHARE[hour] * _WEEKDAYS[weekday])


def price(hour: int) -> float:
    """Factor on the price of a thousand impressions; highest about 04h, when few people are awake."""
    return float(PRICE[hour])
