"""Frames between two collections: the last full reading, with what was read since of single entities.

Only those entities are as fresh as the frame says; whoever uses it must look at them alone (`optimization.live` does).
Parents, children and past days are those of the last full reading. Never stored: what mattered of it is in the
evidence of what was proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from intelligence.joined import together
from intelligence.metrics import windows
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.known import Known, around, later
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.short import Recent, earlier_state, short_sum
from intelligence.metrics.source import Source
from intelligence.metrics.table import build_frame
from intelligence.totals import PLAIN, Totals, keys_of
from metaads.models import AdAccount

LIVE = "live"


class LiveSource(Source):
    """Today's totals with partial readings laid over them."""

    @cached_property
    def _read(self) -> Mapping[date, Known]:
        whole = super()._read
        of_today = whole.get(self.today)
        after = windows.day_start(self.today, self.account.zone) if of_today is None else of_today.confirmed_at
        parts = later(self.account, self.level, self.today, after, self.known_at, LIVE)
        if not parts or of_today is None:
            return whole
        totals = together([of_today.totals, *(part.totals for part in parts)])
        newest = max(part.confirmed_at for part in parts)
        return {**whole, self.today: replace(of_today, confirmed_at=newest, totals=totals)}

    def _short(self, base: str, window: str) -> Numbers:
        matrix = self.matrix(base)
        if 0 not in self.known or self.read_at is None:
            return np.full(matrix.shape[1], np.nan)
        if window not in self._earlier:
            recent = LiveRecent(self.account, self.level, self.days, self.today, self.read_at, self.known_at)
            self._earlier[window] = earlier_state(recent, window)
        added: Numbers = np.round(short_sum(matrix, base, self._earlier[window]), 6)
        return added


@dataclass(frozen=True)
class LiveRecent(Recent):
    """Finds the state at a moment in partial readings too. Entities without any state then are unknown."""

    def state_at(self, moment: datetime, tolerance: timedelta) -> tuple[date, Totals] | None:
        found = super().state_at(moment, tolerance)
        day = windows.local_day(moment, self.account.zone)
        part = around(self.account, self.level, day, moment, self.known_at, LIVE)
        if part is None or part.distance(moment) > tolerance:
            return found
        rest = found[1] if found is not None and found[0] == day else _unknown(self.days.ids)
        return day, together([rest, part.totals])


def _unknown(ids: np.ndarray) -> Totals:
    """A row of unknowns for each: without a row, an entity would count as one that had not delivered yet."""
    keys = np.unique(keys_of(ids))
    return Totals(keys, {name: np.full(len(keys), np.nan) for name in PLAIN})


def live_frame(account: AdAccount, level: str, now: datetime, known_at: datetime | None = None) -> Frame:
    """The frame of `now` with partial readings. `read_at` is that of the newest of them.

    State columns (status, budgets and what is used of them) are those of the mirror and of the last full reading; with
    `known_at`, for a moment that is past, of the state that was kept last before it.
    """
    whole = build_frame(account, level, now, known_at)
    if not isinstance(whole.columns, LazyColumns) or not isinstance(whole.columns.source, Source):
        raise TypeError("a frame that was just built has its source")
    live = LiveSource(account, level, whole.columns.source.entities, now, now)
    return replace(whole, read_at=live.read_at, columns=LazyColumns(dict(whole.columns), lambda: live))
