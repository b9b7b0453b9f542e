"""How results usually come in, per click, and how much the totals grew over the last hours: for checks of the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.known import Known, around
from intelligence.results import results_in, results_of_each
from intelligence.totals import Keys, Numbers, Totals
from metaads.models import AdAccount, Level

GROWING_DAYS = 3
LEAST_DAYS = 7
LEAST_RESULTS = 30
SPREAD_FLOOR, SPREAD_CAP = 0.15, 0.6


STRANGER_CLICKS = 50.0
"""A campaign's own rate counts fully once it has many more clicks than this: of one that is new nothing is expected,
for it may be there for something else (traffic, say) and bring clicks that never buy."""


@dataclass(frozen=True)
class Usual:
    """Results per click of each campaign (`ids` ascending), and the spread (standard deviation of the logarithm) of the
    account's daily values."""

    ids: Keys
    rates: Numbers
    spread: float

    def expected(self, ids: Keys, clicks: Numbers) -> float:
        """Results that these clicks of these campaigns (any order, repeats allowed) let expect."""
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return float((clicks * np.where(self.ids[place] == ids, self.rates[place], 0.0)).sum())


@dataclass(frozen=True)
class Grown:
    """What was added over a span: clicks, those expected results, and the results that were reported."""

    clicks: float
    expected: float
    results: float


def usual_rates(days: list[Known], types: tuple[str, ...]) -> Usual | None:
    """None with too few days or results."""
    each = [(known.totals.ids, _clicks(known.totals), results_of_each(known.totals, types)) for known in days]
    pairs = [(clicks.sum(), results.sum()) for _, clicks, results in each if clicks.sum() > 0]
    if len(pairs) < LEAST_DAYS or sum(pair[1] for pair in pairs) < LEAST_RESULTS:
        return None
    logs = np.log([max(result, 0.5) / click for click, result in pairs])
    spread = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    ids, group = np.unique(np.concatenate([ids for ids, _, _ in each]), return_inverse=True)
    clicks, results = (np.bincount(group, weights=np.concatenate([one[k] for one in each])) for k in (1, 2))
    return Usual(ids, results / (clicks + STRANGER_CLICKS), min(max(spread, SPREAD_FLOOR), SPREAD_CAP))


def grown(
    account: AdAccount,
    known: Mapping[date, Known],
    span: timedelta,
    now: datetime,
    types: tuple[str, ...],
    usual: Usual,
) -> Grown | None:
    """Growth of the totals since `span` before the last read; None where the state then, or now, was not read."""
    today = max(known)
    last = known[today].confirmed_at
    then = last - span
    clicks = expected = results = 0.0
    for ago in range(GROWING_DAYS + 1):
        day = today - timedelta(days=ago)
        start = windows.day_start(day, account.zone)
        if day not in known or last - known[day].confirmed_at > timedelta(hours=7):
            return None
        before = around(account, Level.CAMPAIGN, day, then, now) if then > start else None
        if then > start and (before is None or before.distance(then) > tolerance(ago)):
            return None
        for totals, sign in ((known[day].totals, 1), *(((before.totals, -1),) if before else ())):
            clicks += sign * float(_clicks(totals).sum())
            expected += sign * usual.expected(totals.ids, _clicks(totals))
            results += sign * results_in(totals, types)
    return Grown(max(clicks, 0.0), max(expected, 0.0), max(results, 0.0))


def tolerance(days_ago: int) -> timedelta:
    """Today's state must be of within the hour; older days grow slowly."""
    return timedelta(hours=1) if days_ago == 0 else timedelta(hours=4)


def _clicks(totals: Totals) -> Numbers:
    held: Numbers = np.nan_to_num(totals.metric("clicks"))
    return held
