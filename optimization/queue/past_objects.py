"""The objects of an account as they were at a moment gone by, for a replay."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import numpy as np

from intelligence.metrics.frame import Frame
from metaads.graph.money import to_minor
from metaads.models import AdAccount, Level
from optimization.guards.learning_phase import LEARNING
from optimization.queue.objects import ON, CampaignRow, Objects


class PastObjects(Objects):
    """As the tables of then showed them. Caps, ends and least budgets are today's: they are not kept by time."""

    def __init__(self, account: AdAccount, now: datetime, frame: Callable[[str], Frame | None]) -> None:
        super().__init__(account, now, lambda _: None)
        self._frame = frame

    @cached_property
    def campaigns(self) -> Mapping[str, CampaignRow]:
        frame = self._frame(Level.CAMPAIGN)
        today = super().campaigns
        if frame is None:
            return today
        names = ("status", "daily_budget", "lifetime_budget")
        columns = [frame.columns[name].tolist() for name in names]
        told = frame.columns.get("objective")
        found = {}
        for place, (key, status, daily, lifetime) in enumerate(zip(frame.ids.tolist(), *columns, strict=True)):
            row = today.get(key)
            stop = row.stop_time if row else None
            objective = str(told[place]) if told is not None else row.objective if row else ""
            found[key] = CampaignRow(objective, status, self._minor(daily), self._minor(lifetime), None, None, stop)
        return found

    def _minor(self, amount: float) -> int | None:
        return None if not np.isfinite(amount) else to_minor(Decimal(str(amount)), self.account.currency)

    @cached_property
    def _ad_sets(self) -> list[tuple[str, str, str, float]]:
        """(campaign, status, learning phase, daily budget) of each."""
        frame = self._frame(Level.AD_SET)
        if frame is None:
            return []
        names = ("campaign_id", "status", "learning_phase", "daily_budget")
        return list(zip(*(frame.columns[name].tolist() for name in names), strict=True))

    @cached_property
    def _siblings(self) -> Mapping[str, int]:
        running = {key for key, row in self.campaigns.items() if row.status == ON}
        return Counter(campaign for campaign, status, _, _ in self._ad_sets if status == ON and campaign in running)

    @cached_property
    def _learning(self) -> Mapping[str, int]:
        return Counter(campaign for campaign, _, phase, _ in self._ad_sets if phase == LEARNING)

    @cached_property
    def _below(self) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for campaign, status, _, daily in self._ad_sets:
            if status == ON:
                found[campaign] += self._minor(daily) or 0
        return found

    @cached_property
    def _most_below(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for campaign, status, _, daily in self._ad_sets:
            if status == ON:
                found[campaign] = max(found.get(campaign, 0), self._minor(daily) or 0)
        return found
