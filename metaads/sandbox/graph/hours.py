"""The hourly breakdown: hours of campaigns as they happened, and those of their ads in proportion to the ads' day.

The hours of an ad add up to its day, and the ads of a campaign add up to the campaign's hours, to the last unit.
"""

import numpy as np

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import HOURLY, WIDTH
from metaads.sandbox.world.types import Ints


def by_hour(account: Account, rows: range, ads: Ints, campaign_of: Ints) -> Ints:
    """Sums over the days `rows` of these ads, by hour of the day: (ads, 24, metrics). `campaign_of`: by ad, all ads.

    Other metrics than those of HOURLY stay zero: Meta does not give them by the hour.
    """
    order = np.argsort(campaign_of, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    out = np.zeros((len(ads), 24, WIDTH), dtype=np.int64)
    for row in rows:
        left = account.daily[row][order][:, list(HOURLY)]
        for hour in range(24):
            given = _share_out(left, account.hourly[row, hour], campaign_of[order])
            left = left - given
            out[:, hour, list(HOURLY)] += given[place[ads]]
    return out


def _share_out(left: Ints, hour: Ints, campaign: Ints) -> Ints:
    """What each ad (ordered by campaign) gets of its campaign's hour: in proportion to what its day still has."""
    upto = np.cumsum(left, axis=0)
    first = np.searchsorted(campaign, campaign, side="left")
    before = np.where(first[:, None] > 0, upto[np.maximum(first - 1, 0)], 0)
    inside = upto - before
    last = np.searchsorted(campaign, campaign, side="right") - 1
    total = inside[last]
    part = np.minimum(1.0, hour[campaign] / np.maximum(total, 1))
    reached = np.floor(inside * part + 1e-6).astype(np.int64)
    begins = np.arange(len(campaign)) == first
    steps = np.diff(reached, axis=0, prepend=0)
    return np.asarray(np.where(begins[:, None], reached, steps), dtype=np.int64)
