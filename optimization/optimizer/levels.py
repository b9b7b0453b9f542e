"""One level of an account as the optimiser sees it: what is believed of every row, and what it says of each."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import catalog
from intelligence.metrics.families.base import numbers
from intelligence.metrics.frame import Frame, Numbers, Texts
from optimization.knobs import Knobs
from optimization.optimizer.roas import OUTLIER_TRUST, Estimates, Marks, estimates

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
UP, DOWN, STOP = "scale_up", "scale_down", "pause"


@dataclass(frozen=True)
class Said:
    """(n,) masks of the rows that deserve each; no row is in two. `leaning`: a mark is passed, but not surely."""

    stop: Mask
    down: Mask
    up: Mask
    leaning: Mask


@dataclass(frozen=True)
class Judged:
    """`spend` (major unit) and `impressions` of the look-back; `up`, `down`, `stop`: how sure it is that the true ROAS
    is above, or below, each mark (an outlier counts half; 0 = unknown)."""

    frame: Frame
    days: int
    believed: Estimates
    campaign: Texts
    parent: Texts
    running: Mask
    spend: Numbers
    impressions: Numbers
    up: Numbers
    down: Numbers
    stop: Numbers

    @cached_property
    def place(self) -> dict[str, int]:
        return {str(one): row for row, one in enumerate(self.frame.ids.tolist())}

    def said(self, knobs: Knobs, pauses: bool) -> Said:
        """A pause goes before a cut, a cut before a raise. `pauses` False: this level is never paused."""
        roas, sure, known = self.believed.roas, knobs.min_confidence, self.running & self.believed.known
        low, high = known & (roas <= knobs.scale_down_max_roas), known & (roas >= knobs.scale_up_min_roas)
        bad = known & (roas < knobs.pause_roas) if pauses else np.zeros_like(known)
        stop = bad & (self.stop >= sure)
        down = (low | bad) & ~stop & (self.down >= sure)
        up = high & ~low & ~bad & (self.up >= sure)
        return Said(stop, down, up, (low | bad | high) & ~(stop | down | up))


def judged(frame: Frame, knobs: Knobs, days: int) -> Judged:
    """All rows of one table, from the last `days` whole days."""
    marks = Marks(knobs.scale_up_min_roas, knobs.scale_down_max_roas, knobs.pause_roas)
    found = estimates(frame, days, marks)
    trust = np.where(found.known, np.where(found.outlier, OUTLIER_TRUST, 1.0), 0.0)
    above = [np.nan_to_num(found.above(mark)) for mark in (marks.scale_up, marks.scale_down, marks.pause)]
    return Judged(
        frame=frame,
        days=days,
        believed=found,
        campaign=texts(frame, "campaign_id"),
        parent=texts(frame, "parent_id"),
        running=(texts(frame, "status") == "ACTIVE") & (texts(frame, "effective_status") == "ACTIVE"),
        spend=number(frame, f"spend_{days}d"),
        impressions=number(frame, f"impressions_{days}d"),
        up=above[0] * trust,
        down=(1 - above[1]) * trust,
        stop=(1 - above[2]) * trust,
    )


def number(frame: Frame, name: str) -> Numbers:
    return numbers(catalog.column(frame, catalog.resolve(name)))


def texts(frame: Frame, name: str) -> Texts:
    """A text column; all unknown where an old table does not hold it."""
    held = frame.columns.get(name)
    return np.full(len(frame), "", dtype=np.str_) if held is None else held.astype(np.str_)


def named(held: Texts, ids: Collection[str]) -> Mask:
    """(n,) which of them are among `ids`."""
    return np.isin(held, np.array(sorted(ids), dtype=np.str_))
