"""The auction: money flows to ad sets and ads, and its price rises with how much of it there is."""

import numpy as np

from metaads.sandbox.world.types import Bools, Floats, Ints

# Impressions follow spend to the power of 0.78 (calibration: response inside a series), so the price follows 0.22.
PRICE_ELASTICITY = 0.22
# Conversions follow spend to the power of 0.67: the extra people reached buy less often.
QUALITY_ELASTICITY = 0.11
# On one day Meta may go 75 % over a daily budget (reference 6.2).
DAY_CAP = 1.75


def split(total: Floats, group: Ints, weight: Floats) -> Floats:
    """Each member's part of its group's `total` by `weight`; zero where the whole group weighs nothing."""
    sums = np.bincount(group, weights=weight, minlength=len(total))
    per_weight = np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)
    return np.asarray(per_weight[group] * weight, dtype=np.float64)


def wanted_per_day(own: Floats, shared: Floats, campaign: Ints, pull: Floats, on: Bools) -> Floats:
    """Daily spend that each ad set would like (minor units): its own budget, or its part of the campaign's."""
    drive = np.where(on, pull, 0.0)
    return np.where(on, own, 0.0) + split(shared, campaign, drive)


def price_factor(wanted: Floats, usual: Floats) -> Floats:
    """Factor on CPM when the ad set spends `wanted` a day instead of its `usual` (both minor units)."""
    return np.clip(wanted / usual, 0.05, 20.0) ** PRICE_ELASTICITY


def quality_factor(wanted: Floats, usual: Floats) -> Floats:
    """Factor on the conversion rate: the first money buys the best people."""
    return np.clip(wanted / usual, 0.05, 20.0) ** -QUALITY_ELASTICITY


def bid_factor(bid: Floats, usual_bid: Floats) -> Floats:
    """Part of the budget that a capped bid can still spend; 1 where there is no cap (`bid` is NaN)."""
    reach = np.clip(bid / usual_bid, 0.0, 1.0) ** 1.5
    return np.where(np.isnan(reach), 1.0, reach)
