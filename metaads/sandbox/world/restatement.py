"""Later corrections: for up to 28 days Meta takes back a little spend and some clicks that were not genuine.

Purchases are restated too, upwards, by their delay (`delay`). Corrections come mostly in the first days.
"""

import numpy as np

from metaads.sandbox.world import noise
from metaads.sandbox.world.account import Account, Settings
from metaads.sandbox.world.columns import HOURLY, Metric
from metaads.sandbox.world.types import Ints

_PURPOSE = 5
# Days after which a day is looked at again, and the part of its ads that are corrected then.
AGES = ((1, 0.30), (2, 0.12), (3, 0.08), (7, 0.05), (14, 0.02), (28, 0.02))
LARGEST = 0.02
_METRICS = (Metric.SPEND, Metric.CLICKS, Metric.LINK_CLICKS)


def correct(account: Account, settings: Settings, seed: int, day: int) -> None:
    """Corrects the days that come of age as local `day` (ordinal) begins. Sums by the hour follow those by the day."""
    for age, part in AGES:
        row = day - age - account.first_day
        if not 0 <= row < account.days:
            continue
        luck = noise.stream(seed, account.number, _PURPOSE, day * 100 + age).random((len(account.ads), 2)).T
        rate = np.where(luck[0] < part, luck[1] * LARGEST, 0.0)
        taken = np.zeros((len(account.ads), len(_METRICS)), dtype=np.int64)
        for column, metric in enumerate(_METRICS):
            taken[:, column] = np.floor(account.daily[row, :, metric] * rate)
            account.daily[row, :, metric] -= taken[:, column]
        _take_from_hours(account, settings, row, taken)
        back = np.bincount(settings.ad_set_of, weights=taken[:, 0], minlength=len(account.ad_sets))
        account.live.spent_ever -= back


def _take_from_hours(account: Account, settings: Settings, row: int, taken: Ints) -> None:
    """Takes each campaign's part from its hours, in proportion, to the last unit."""
    campaign_of_ad = settings.campaign_of[settings.ad_set_of]
    for column, metric in enumerate(_METRICS):
        less = np.bincount(campaign_of_ad, weights=taken[:, column], minlength=len(account.campaigns))
        hours = account.hourly[row, :, :, HOURLY.index(metric)]
        upto = np.cumsum(hours, axis=0)
        total = np.maximum(upto[-1], 1)
        kept = upto - np.floor(upto * (less / total) + 1e-9).astype(np.int64)
        hours[:] = np.diff(kept, axis=0, prepend=0)
