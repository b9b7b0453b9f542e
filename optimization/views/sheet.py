"""The numbers behind a table of entities: columns of one account's frame, narrowed, and their sums. No HTML here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.families.base import numbers
from intelligence.metrics.frame import Frame, Numbers
from metaads.models import AdAccount
from optimization.views.delivery import ACCOUNT_ACTIVE, ACCOUNT_STOPPED, IDLE, Delivery, delivery_of, idle
from optimization.views.metrics import LONG, Metric

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Some rows of one account's frame. `keep`: their places in it; `idle`: Meta ids of active ones without an ad."""

    account: AdAccount
    frame: Frame
    keep: Rows
    idle: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.keep)

    @cached_property
    def ids(self) -> list[str]:
        return [str(one) for one in self.frame.ids[self.keep]]

    @cached_property
    def names(self) -> list[str]:
        return self._texts("name")

    @cached_property
    def deliveries(self) -> list[Delivery]:
        rows = zip(self.ids, self._texts("effective_status"), self._texts("learning_phase"), strict=True)
        stopped = self.account.account_status not in (None, ACCOUNT_ACTIVE)
        return [
            ACCOUNT_STOPPED
            if stopped and status == "ACTIVE"
            else IDLE
            if entity_id in self.idle
            else delivery_of(status, phase)
            for entity_id, status, phase in rows
        ]

    @cached_property
    def daily_budgets(self) -> Numbers:
        """Major unit, NaN where the entity carries none."""
        return self._state("daily_budget")

    @cached_property
    def lifetime_budgets(self) -> Numbers:
        return self._state("lifetime_budget")

    def values(self, metric: Metric, window: str) -> Numbers:
        return numbers(column(self.frame, metric.at(window)))[self.keep]

    def before(self, metric: Metric, window: str) -> Numbers:
        """The same number of complete days right before the window; unknown for today, whose day is not over."""
        days = LONG.get(window)
        if days is None:
            return np.full(len(self), np.nan)
        return numbers(column(self.frame, metric.at(window, ago=days + 1)))[self.keep]

    def change(self, metric: Metric, window: str) -> Numbers:
        """Relative change in percent against the period before; NaN where a side is unknown or was zero."""
        now, then = self.values(metric, window), self.before(metric, window)
        answer = np.full(len(self), np.nan)
        np.divide((now - then) * 100, np.abs(then), out=answer, where=then != 0)
        return answer

    def narrowed(self, search: str, status: str) -> "Sheet":
        """Rows whose name or Meta id fits `search` and whose delivery is in the group `status` ("" = any)."""
        text = search.casefold()
        fits = [
            (not text or text in name.casefold() or text == entity_id) and (not status or delivery.group == status)
            for name, entity_id, delivery in zip(self.names, self.ids, self.deliveries, strict=True)
        ]
        return Sheet(self.account, self.frame, self.keep[np.array(fits, dtype=bool)], self.idle)

    def _texts(self, name: str) -> list[str]:
        return [str(one) for one in column(self.frame, resolve(name))[self.keep]]

    def _state(self, name: str) -> Numbers:
        return numbers(column(self.frame, resolve(name)))[self.keep]


def whole(account: AdAccount, frame: Frame, parent_id: str = "") -> Sheet:
    """All rows of the frame, or the children of one parent (Meta id)."""
    without_ads = idle(account, frame.level)
    if not parent_id:
        return Sheet(account, frame, np.arange(len(frame)), without_ads)
    parents = column(frame, resolve("parent_id"))
    return Sheet(account, frame, np.flatnonzero(parents == parent_id), without_ads)


@dataclass(frozen=True)
class Total:
    """A sum over rows. `value` None = unknown, because `unknown` of the `of` rows are."""

    value: float | None
    unknown: int
    of: int


def total(sheets: Iterable[Sheet], metric: Metric, window: str) -> Total:
    """Of accounts in one currency. A ratio from the sums of its two parts, never from ratios; reach is never summed.

    Where a row is unknown, so is the total: a part of the money is not the money."""
    held = [sheet for sheet in sheets if len(sheet)]
    of = sum(len(sheet) for sheet in held)
    if metric.ratio is None:
        return _sum(held, metric, window) if metric.additive else Total(None, of, of)
    top, bottom = (Metric(part, part) for part in (metric.ratio.top, metric.ratio.bottom))
    if not (top.additive and bottom.additive):
        return Total(None, of, of)
    over, under = _sum(held, top, window), _sum(held, bottom, window)
    missing = max(over.unknown, under.unknown)
    if over.value is None or not under.value:
        return Total(None, missing, of)
    return Total(over.value / under.value * metric.ratio.scale, missing, of)


def _sum(sheets: Sequence[Sheet], metric: Metric, window: str) -> Total:
    values = np.concatenate([sheet.values(metric, window) for sheet in sheets]) if sheets else np.zeros(0)
    missing = int(np.isnan(values).sum())
    return Total(None if missing or not len(values) else float(values.sum()), missing, len(values))
