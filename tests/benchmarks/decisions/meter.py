"""What a world has to show for a while: by what was booked, and by what the clicks were worth on average.

Booked: purchases of the default attribution on the day of their click, late ones and those to come included, so that
the end of the run cuts nothing off. Expected: the hidden truth's mean for the clicks that came, without the luck of who
bought and for how much. Money in the major unit.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metaads.sandbox.world import delay, learning
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.types import Floats, Ints
from metaads.sandbox.world.world import World

COUNTED = (Metric.SPEND, Metric.IMPRESSIONS, Metric.LINK_CLICKS, Metric.PURCHASES)


@dataclass
class Meter:
    """Begins at local midnight, where it is made."""

    world: World
    row: int = field(init=False)
    expected: Floats = field(init=False)
    writes: int = field(init=False)
    restarts: int = field(init=False, default=0)
    _since: Ints = field(init=False)

    def __post_init__(self) -> None:
        account = self.account
        self.row = account.local(account.simulated_to).toordinal() - account.first_day
        self.expected = account.live.expected.copy()
        self.writes = len(self.world.writes)
        self._since = account.live.since.copy()

    @property
    def account(self) -> Account:
        return self.world.accounts[0]

    def look(self) -> None:
        """Once a step: learning phases that began anew since the last look."""
        since = self.account.live.since
        known = len(self._since)
        self.restarts += int(np.count_nonzero(since[:known] != self._since))
        self._since = since.copy()

    def figures(self) -> dict[str, Any]:
        """Sums since the beginning, JSON values."""
        account = self.account
        rows = account.daily[self.row : account.days]
        spend = rows[:, :, Metric.SPEND].sum(axis=0).astype(np.float64)
        grown = np.zeros(len(spend))
        grown[: len(self.expected)] = self.expected
        worth = account.live.expected - grown
        minor = 1 / account.market.offset
        wasted = np.where(worth < spend, spend, 0.0).sum()
        totals = {metric.name.lower(): int(rows[:, :, metric].sum()) for metric in COUNTED[1:]}
        return {
            "spend": round(float(spend.sum()) * minor, 2),
            "value": round(float(worth.sum()) * minor, 2),
            "profit": round(float(worth.sum() - spend.sum()) * minor, 2),
            "profit_booked": round(float(_booked(account, self.row) - spend.sum()) * minor, 2),
            "wasted": round(float(wasted) * minor, 2),
            **totals,
            "writes": sum(one.effect for one in self.world.writes[self.writes :]),
            "restarts": self.restarts,
            "learning_at_end": int(np.count_nonzero(account.live.learning == learning.LEARNING)),
        }


def _booked(account: Account, row: int) -> float:
    pending = account.pending
    to_come = pending.value[(pending.window != delay.CLICK_28D) & (pending.day >= row)].sum()
    return float(account.daily[row : account.days, :, Metric.VALUE].sum() + to_come)
