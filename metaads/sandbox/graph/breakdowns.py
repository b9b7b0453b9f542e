"""Splitting each ad's day over the parts of a breakdown: whole numbers that add up to the day, always the same ones."""

import numpy as np

from metaads.sandbox.graph.segments import BOUGHT, CLICKED, SEEN, Segments
from metaads.sandbox.world import noise
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import WIDTH, Metric
from metaads.sandbox.world.types import Ints

_PURPOSE = 34
# Ads that are split at a time, so that large accounts need no more memory.
_CHUNK = 4000
# A metric that contains another is split as that one and the rest, so that the parts keep the order too.
_INSIDE = (
    (Metric.CLICKS, Metric.LINK_CLICKS),
    (Metric.LINK_CLICKS, Metric.LANDING_PAGE_VIEWS),
    (Metric.PURCHASES_28D_CLICK, Metric.PURCHASES_7D_CLICK),
    (Metric.PURCHASES_7D_CLICK, Metric.PURCHASES_1D_CLICK),
    (Metric.VALUE_28D_CLICK, Metric.VALUE_7D_CLICK),
    (Metric.VALUE_7D_CLICK, Metric.VALUE_1D_CLICK),
)
_SEEN = (Metric.IMPRESSIONS, Metric.SPEND, Metric.VIDEO_VIEWS, Metric.THRUPLAYS)
_BOUGHT = tuple(m for m in Metric if m.name.startswith(("PURCHASES", "VALUE")))
_KIND = np.array([SEEN if m in _SEEN else BOUGHT if m in _BOUGHT else CLICKED for m in Metric])


def split(account: Account, seed: int, rows: range, ads: Ints, parts: Segments, set_of: Ints) -> Ints:
    """Sums over the days `rows` of these ads, by part: (ads, parts, metrics). The parts add up to the ads' sums."""
    out = np.zeros((len(ads), len(parts.labels), WIDTH), dtype=np.int64)
    for start in range(0, len(ads), _CHUNK):
        mine = slice(start, start + _CHUNK)
        # (ads, parts, metrics): up to which fraction of a number its first parts reach.
        upto = np.cumsum(parts.share[:, set_of[ads[mine]]], axis=2)[_KIND].transpose(1, 2, 0)
        for row in rows:
            out[mine] += _day(account, seed, row, ads[mine], upto)
    return out


def _day(account: Account, seed: int, row: int, ads: Ints, upto: np.ndarray) -> Ints:
    whole = _apart(account.daily[row, ads])
    key = ads[:, None] * WIDTH + np.arange(WIDTH)
    luck = noise.hashed(seed, account.number, _PURPOSE, account.first_day + row, key.ravel()).reshape(key.shape)
    reached = np.floor(whole[:, None, :] * upto + luck[:, None, :] * (1 - 1e-9)).astype(np.int64)
    reached[:, -1] = whole
    return _together(np.diff(reached, axis=1, prepend=0))


def _apart(whole: Ints) -> Ints:
    """Metrics (last axis) without what others of them contain."""
    found = whole.copy()
    for outer, inner in _INSIDE:
        found[..., outer] -= whole[..., inner]
    return found


def _together(parts: Ints) -> Ints:
    """The opposite of `_apart`; totals of the default windows follow from their own parts."""
    for outer, inner in reversed(_INSIDE):
        parts[..., outer] += parts[..., inner]
    for total, click, view in (
        (Metric.PURCHASES, Metric.PURCHASES_7D_CLICK, Metric.PURCHASES_1D_VIEW),
        (Metric.VALUE, Metric.VALUE_7D_CLICK, Metric.VALUE_1D_VIEW),
    ):
        parts[..., total] = parts[..., click] + parts[..., view]
    return parts
