"""Sandbox worlds as an optimiser sees them, with the hidden truth beside: made in this process, without HTTP.

Frames hold what a client would have read at the end: sums of the reported results, each day as far as it is reported.
The maturity curve is learned from what was to be read at each age, by the product's own fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from intelligence.collect.maturity import fit
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.maturity import AGES
from metaads.sandbox import truth
from metaads.sandbox.world import seeding
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.clock import Clock
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import HOUR, World
from optimization.optimizer.roas import Estimates, Marks, Reported, judged, seen_spend, shares_told

NOW = datetime(2026, 6, 16, 12, tzinfo=UTC)
DAYS = 7
_READ = frozenset(hours for hours in AGES if hours < 24)
_DAY = 24 * HOUR


@dataclass(frozen=True)
class Spec:
    """`money`: factor on all budgets (and on what is usual), so that there are few results; `past` in days."""

    what: str
    accounts: int
    campaigns: int
    ad_sets: int
    ads: int
    money: float = 1.0
    past: int = 15
    more: dict[str, Any] = field(default_factory=dict)

    def options(self, seed: int) -> WorldOptions:
        return WorldOptions(
            seed=seed, accounts=self.accounts, campaigns=self.campaigns, ad_sets=self.ad_sets, ads=self.ads,
            history_days=self.past, step_minutes=60, seasonality=False, **self.more,
        )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One account at the end: what is believed, and the true ROAS (n,) at the spend of the days looked at."""

    estimates: Estimates
    true: Numbers
    orders: Numbers

    @property
    def rows(self) -> np.ndarray:
        """Those of which something is said."""
        return np.flatnonzero(self.estimates.known & ~np.isnan(self.true))


def lived(spec: Spec, seed: int) -> Iterator[Seen]:
    """Every account of the world with this seed."""
    options = spec.options(seed)
    live = int(NOW.timestamp())
    start = live - spec.past * _DAY
    accounts = [seeding.account(options, number, start, live) for number in range(spec.accounts)]
    for account in accounts:
        _budgets(account, spec.money)
    world = World(options, live, accounts, Clock(frozen=float(live)))
    read: list[list[dict[int, float]]] = [[{} for _ in range(spec.past + 2)] for _ in accounts]
    for moment in range(start + HOUR, live + 1, HOUR):
        world.advance_to(moment)
        for account, days in zip(accounts, read, strict=True):
            _read(account, days, moment)
    for account, days in zip(accounts, read, strict=True):
        yield _seen(account, [day for day in days[1:] if day])


def _budgets(account: Account, money: float) -> None:
    for node in (*account.campaigns, *account.ad_sets):
        for name in ("daily_budget", "lifetime_budget"):
            amount = getattr(node, name)
            if amount:
                setattr(node, name, max(1, round(amount * money)))
    account.truth.usual = account.truth.usual * money


def _read(account: Account, days: list[dict[int, float]], moment: int) -> None:
    """Results of all days, at the hours at which one of them has an age of AGES."""
    local = account.local(moment)
    if local.hour not in _READ:
        return
    totals = account.daily[: account.days, :, Metric.PURCHASES].sum(axis=1)
    for row, total in enumerate(totals):
        age = (local.toordinal() - account.first_day - row - 1) * 24 + local.hour
        if age in AGES:
            days[row][age] = float(total)


def _seen(account: Account, days: list[dict[int, float]]) -> Seen:
    today = account.local(account.simulated_to).toordinal() - account.first_day
    frame = _frame(account, today)
    hour = account.local(account.simulated_to).hour
    shares = shares_told(fit(days).shares, [ago * 24 + hour for ago in range(DAYS)])
    value, orders, spend = (
        np.asarray(frame.columns[f"{name}_{DAYS}d"], dtype=np.float64)
        for name in ("conversion_value", "conversions", "spend")
    )
    reported = Reported(value, orders, spend, seen_spend(frame, DAYS, shares))
    return Seen(judged(frame, reported, DAYS, Marks()), _true(account, today), orders)


def _frame(account: Account, today: int) -> Frame:
    columns: dict[str, Any] = {"parent_id": np.array([str(ad_set.campaign) for ad_set in account.ad_sets])}
    metrics = {"spend": Metric.SPEND, "conversions": Metric.PURCHASES, "conversion_value": Metric.VALUE}
    for name, metric in metrics.items():
        by_day = _by_set(account, metric) / (1 if metric == Metric.PURCHASES else account.market.offset)
        for window, length in (("yesterday", 1), ("3d", 3), ("7d", 7)):
            columns[f"{name}_{window}"] = by_day[today - length : today].sum(axis=0)
    ids = np.array([ad_set.id for ad_set in account.ad_sets])
    return Frame(0, "adset", NOW, NOW, ids, columns)


def _by_set(account: Account, metric: Metric) -> Numbers:
    """(days, ad sets)"""
    of = [ad.ad_set for ad in account.ads]
    return np.stack(
        [
            np.bincount(of, weights=day, minlength=len(account.ad_sets))
            for day in account.daily[: account.days, :, metric]
        ]
    )


def _true(account: Account, today: int) -> Numbers:
    """(n,) NaN where nothing was spent."""
    spend = _by_set(account, Metric.SPEND)[today - DAYS : today]
    running = (spend > 0).sum(axis=0)
    a_day = np.divide(spend.sum(axis=0), running, out=np.full(len(running), np.nan), where=running > 0)
    pairs = zip(truth.ad_sets(account), a_day.tolist(), strict=True)
    return np.array([one.roas(money) if money == money else np.nan for one, money in pairs])
