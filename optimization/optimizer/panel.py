"""The daily figures that response curves are fitted to, and what they say of spend and clicks before any fit. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]
FURTHEST = 3.0
"""Largest log of spend over its anchor that is believed."""


@dataclass(frozen=True)
class Panel:
    """Daily figures of ads, (days, ads), oldest day first and today left out; NaN = unknown. Money in one unit.

    `visible`: (days,) share of a day's results that is reported so far. `set_of`: (ads,) number of each ad's ad set.
    """

    spend: Numbers
    clicks: Numbers
    conversions: Numbers
    value: Numbers
    visible: Numbers
    set_of: Codes


def anchors(panel: Panel, recent: Numbers) -> tuple[Numbers, Numbers]:
    """(days, sets) spend of ad sets and (sets,) its recent mean over the days on which they spent."""
    spend = np.nan_to_num(panel.spend)
    sets = int(panel.set_of.max(initial=-1)) + 1
    total = np.zeros((len(spend), sets))
    np.add.at(total.T, panel.set_of, spend.T)
    weight = recent[:, :1] * (total > 0)
    sums = weight.sum(axis=0)
    anchor = np.divide((weight * total).sum(axis=0), sums, out=np.full(sets, np.nan), where=sums > 0)
    return total, anchor


def stretched(panel: Panel, recent: Numbers) -> Numbers:
    """(days, ads) log of the ad set's spend over its anchor; 0 = unknown."""
    total, anchor = anchors(panel, recent)
    with np.errstate(all="ignore"):
        ratio = np.log(total / anchor)
    found: Numbers = np.clip(np.nan_to_num(ratio, posinf=0.0, neginf=0.0), -FURTHEST, FURTHEST)[:, panel.set_of]
    return found


def click_tale(panel: Panel, known: NDArray[np.bool_], recent: Numbers) -> Numbers:
    """(ads,) log of clicks per spend against the mean of all; 0 = unknown."""
    usable = known & np.isfinite(panel.clicks)
    clicks = (recent * np.where(usable, panel.clicks, 0.0)).sum(axis=0)
    spend = (recent * np.where(usable, panel.spend, 0.0)).sum(axis=0)
    if clicks.sum() <= 0:
        return np.zeros(len(clicks))
    level = clicks.sum() / spend.sum()
    weak = 5.0 / level  # five clicks' worth of the mean
    found: Numbers = np.log((clicks + 5.0) / (spend + weak) / level)
    return found
