"""What each entity of a level returns per unit spent, and how sure that is.

Not the reported ROAS but what is believed of the true one (`intelligence.metrics.posterior`): a handful of orders is
shrunk to what campaign and account let expect, and what is not reported yet is allowed for: money counts only as far
as its results can have been seen (the account's maturity curve; where it is not learned yet, the usual one). Uploaded
offline sales count as results. Today is left out: hardly anything of it is known. And what was need not stay: prices,
clicks and sales wander from day to day, so the belief is widened to one of the days to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import catalog, windows
from intelligence.metrics.derived import curve_of, offline
from intelligence.metrics.families.base import numbers
from intelligence.metrics.frame import Frame, Numbers, Texts
from intelligence.metrics.maturity import DEFAULT, age, shares_at
from intelligence.metrics.posterior import Beliefs, GammaBelief, returns
from metaads.models import AdAccount
from metaads.prepared import Prepared

LOOKBACKS: tuple[int, ...] = (3, 7, 14, 30)
"""Days of a look-back: the windows of whole days that a frame holds."""
INTERVAL = (0.1, 0.9)
WANDERING = 0.2
"""Variance of log ROAS over a look-back of one day, less over more: daily series of price, click and conversion rate
differ by 0.21, 0.09 and 0.13 (standard deviation of their logarithm's change), and half of that lasts to the next."""
OUTLIER_ABOVE = 50.0
OUTLIER_TRUST = 0.5
"""Factor on the confidence where the reported ROAS is above OUTLIER_ABOVE or below 0: rather a wrong figure."""


@dataclass(frozen=True)
class Marks:
    """Value per unit spent from which the optimiser scales up, and up to which it scales down or pauses."""

    scale_up: float = 2.0
    scale_down: float = 1.5
    pause: float = 0.8


@dataclass(frozen=True)
class Reported:
    """(n,) results of the look-back as reported, offline sales included, and the spend whose results can be seen."""

    value: Numbers
    orders: Numbers
    spend: Numbers
    seen_spend: Numbers


@dataclass(frozen=True)
class Estimates:
    """Row by row of the frame: `roas` is the expectation, `low` and `high` hold 80 %; NaN where not `known`.

    `confidence`: probability of the statement that the optimiser makes of the row: that ROAS is above the mark to
    scale up if `roas` is, below the mark to pause or to scale down if `roas` is, else that it lies between them. Zero
    where not known. `reported`: value by spend as it stands; `outlier`: that figure cannot be right.
    """

    ids: Texts
    roas: Numbers
    low: Numbers
    high: Numbers
    confidence: Numbers
    reported: Numbers
    outlier: NDArray[np.bool_]
    known: NDArray[np.bool_]
    belief: GammaBelief

    def above(self, threshold: Numbers | float) -> Numbers:
        """(n,) probability that the true ROAS is above it; NaN = unknown."""
        return self.belief.above(threshold)


_ACCOUNT = Prepared(lambda account: AdAccount.objects.filter(pk=account))


def estimates(frame: Frame, lookback_days: int, marks: Marks | None = None) -> Estimates:
    """Of every row, from the last `lookback_days` (one of LOOKBACKS, else ValueError) whole days of the account."""
    account = _ACCOUNT(frame.account_id)[0]
    return judged(frame, _reported(frame, account, lookback_days), lookback_days, marks or Marks())


def judged(frame: Frame, reported: Reported, days: int, marks: Marks) -> Estimates:
    """What the figures of so many days let believe. `frame` tells who is whose sibling."""
    was = returns(Beliefs(frame), reported.value, reported.orders, reported.seen_spend)
    belief = _to_come(was, WANDERING / days)
    known = ~np.isnan(belief.mean)
    low, high = belief.rates(INTERVAL)
    shown = np.full(len(frame), np.nan)
    np.divide(reported.value, reported.spend, out=shown, where=reported.spend > 0)
    outlier = (shown > OUTLIER_ABOVE) | (shown < 0)
    sure = np.where(known, _stated(belief, marks), 0.0) * np.where(outlier, OUTLIER_TRUST, 1.0)
    return Estimates(frame.ids, belief.mean, low, high, sure, shown, outlier, known, belief)


def _to_come(was: GammaBelief, wandering: float) -> GammaBelief:
    """The same mean, and its squared coefficient of variation joined with that of the change."""
    spread = 1 / was.shape
    together = spread + wandering + spread * wandering
    return GammaBelief(1 / together, 1 / (together * was.mean))


def _stated(belief: GammaBelief, marks: Marks) -> Numbers:
    mean = belief.mean
    up, down, stop = (belief.above(mark) for mark in (marks.scale_up, marks.scale_down, marks.pause))
    answer: Numbers = np.select(
        [mean >= marks.scale_up, mean < marks.pause, mean <= marks.scale_down], [up, 1 - stop, 1 - down], down - up
    )
    return answer


def _reported(frame: Frame, account: AdAccount, days: int) -> Reported:
    if days not in LOOKBACKS:
        raise ValueError(f"A look-back of {days} days: it is one of {', '.join(map(str, LOOKBACKS))}.")
    today = windows.local_day(frame.at, account.zone)
    sold = offline(account, frame.level, frame.ids, (today, days + 1), frame.at)
    value, orders, spend = (_sum(frame, f"{name}_{days}d") for name in ("conversion_value", "conversions", "spend"))
    seen = seen_spend(frame, days, visible(frame, account, days))
    return Reported(value + sold.value[1:].sum(axis=0), orders + sold.conversions[1:].sum(axis=0), spend, seen)


def visible(frame: Frame, account: AdAccount, days: int) -> Numbers:
    """(days,) share of the final results that the frame shows of yesterday, the day before, and so on."""
    today, read_at = windows.local_day(frame.at, account.zone), frame.read_at or frame.at
    ages = [max(age(account, today - timedelta(days=ago), read_at), 0.0) for ago in range(1, days + 1)]
    return shares_told(curve_of(account, frame.at), ages)


def shares_told(curve: Sequence[float | None] | None, ages: Sequence[float]) -> Numbers:
    """(ages,) by the account's own curve, and by the usual one where it tells nothing."""
    usual = shares_at(DEFAULT, ages)
    told = usual if curve is None else shares_at(curve, ages)
    return np.where(np.isnan(told), usual, told)


def seen_spend(frame: Frame, days: int, shares: Numbers) -> Numbers:
    """(n,) spend of the look-back, each part counted as far as its results can have been reported.

    Parts are those that the frame's windows tell: yesterday, the two days before, days 4 to 7, 8 to 14, 15 to 30.
    """
    total, before, until = np.zeros(len(frame)), np.zeros(len(frame)), 0
    for length in (1, *(one for one in LOOKBACKS if one <= days)):
        upto = _sum(frame, "spend_yesterday" if length == 1 else f"spend_{length}d")
        total, before, until = total + (upto - before) * shares[until:length].mean(), upto, length
    return total


def _sum(frame: Frame, name: str) -> Numbers:
    return numbers(catalog.column(frame, catalog.resolve(name)))
