"""What the account's pixel hears, hour by hour: visits, carts and orders that came through ads, and those that did not.

The pixel sees the whole shop, so its counts are larger than what insights attribute to ads. A purchase counts in the
hour in which it happens (insights count it on the day of its click).
"""

import numpy as np

from metaads.sandbox.world import noise, rhythm
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.standard_events import Event
from metaads.sandbox.world.types import Floats, Ints

_ORGANIC, _EPOCH_DAY = 21, 719_163
# Visits that no ad brought, per visit that an ad brings on a usual day; pages and products seen per visit.
_ORGANIC_VISITS, _PAGES, _PRODUCTS = 0.8, 2.4, 1.3


def first_hour(account: Account) -> int:
    """Unix second of the first row of `Account.events`: early enough for every time zone."""
    return (account.first_day - _EPOCH_DAY - 1) * 86_400


def book(account: Account, seed: int, done: Floats, start: int, hours: float, heard: float = 1.0) -> None:
    """Adds what happened on the site in a step. `done`: (metrics, ads). `heard`: part of it that the pixel receives."""
    local = account.local(start)
    share = rhythm.share(local.weekday(), local.hour) * hours
    happened = _through_ads(done) + _by_itself(account, seed, start, float(share))
    _add(account, start, np.floor(happened * heard + 0.5).astype(np.int64))


def sold(account: Account, due: Floats, heard: float = 1.0) -> None:
    """Adds purchases through ads in the hours in which they happen. `due`: Unix seconds."""
    if heard <= 0 or not len(due):
        return
    for hour, count in zip(*np.unique((due // 3600).astype(np.int64) * 3600, return_counts=True), strict=True):
        counts = np.zeros(len(Event), dtype=np.int64)
        counts[Event.Purchase] = round(int(count) * heard)
        _add(account, int(hour), counts)


def _through_ads(done: Floats) -> Floats:
    visits = done[Metric.LANDING_PAGE_VIEWS].sum()
    carts, checkouts, leads = (done[m].sum() for m in (Metric.ADD_TO_CART, Metric.CHECKOUTS, Metric.LEADS))
    return np.array([visits * _PAGES, visits * _PRODUCTS, carts, checkouts, 0.0, leads])


def _by_itself(account: Account, seed: int, start: int, share: float) -> Floats:
    """Events of visitors whom no ad brought; their luck does not depend on what is done to the ads."""
    truth = account.truth
    per_money = float(np.mean(1000.0 * truth.click_rate / truth.cpm))
    visits = _ORGANIC_VISITS * per_money * float(truth.usual.sum()) * share
    sales = visits * float(np.mean(truth.sale_rate))
    leads = visits * float(np.mean(truth.lead_rate))
    mean = np.array([visits * _PAGES, visits * _PRODUCTS, 2.6 * sales, 1.6 * sales, sales, leads])
    luck = noise.stream(seed, account.number, _ORGANIC, start // 900).random(len(Event))
    return noise.counts(mean, luck)


def _add(account: Account, at: int, counts: Ints) -> None:
    row = (at - first_hour(account)) // 3600
    if row >= len(account.events):
        larger = np.zeros((max(row + 1, 2 * len(account.events)), len(Event)), dtype=np.int64)
        larger[: len(account.events)] = account.events
        account.events = larger
    account.events[row] += counts


def heard_between(account: Account, since: int, until: int) -> list[tuple[int, Ints]]:
    """Hours that began in since..until (Unix seconds), each with its counts; silent hours are left out."""
    base = first_hour(account)
    first = max(0, -(-(since - base) // 3600))
    rows = account.events[first : max(first, (until - base) // 3600 + 1)]
    return [(base + (first + i) * 3600, row) for i, row in enumerate(rows) if row.any()]


def last_heard(account: Account) -> int | None:
    """Unix second at which the pixel last fired; None for one that never did."""
    rows = np.flatnonzero(account.events.any(axis=1)) if len(account.events) else np.zeros(0, dtype=np.int64)
    if not len(rows):
        return None
    return min(first_hour(account) + (int(rows[-1]) + 1) * 3600, account.simulated_to)
