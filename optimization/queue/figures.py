"""What the rails ask of the metrics tables: spend of yesterday and lately, and how tired people are of the ads."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame, Numbers, Texts
from metaads.graph.money import to_minor
from metaads.models import Level
from optimization.queue.fatigue import fatigue_by, fatigue_scores

WHOLE = (Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value)
DAYS = 7


def numbers(frame: Frame, name: str) -> Numbers:
    """Figures by their catalogue name, NaN where unknown; a table that lacks what they are made of knows none."""
    try:
        return np.asarray(catalog.column(frame, catalog.resolve(name)), dtype=np.float64)
    except KeyError:
        return np.full(len(frame), np.nan)


@dataclass(frozen=True)
class Figures:
    """`frame`: the table of a level at this moment, None = there is none. Money is answered in the minor unit."""

    frame: Callable[[str], Frame | None]
    currency: str

    def _minor(self, amount: float) -> int | None:
        return None if not np.isfinite(amount) else to_minor(Decimal(str(round(amount, 6))), self.currency)

    def _sum(self, name: str) -> float:
        """Over the account, from the highest level that has a table. NaN = unknown of every object there.

        An object without figures did not deliver: Meta sends no row for it.
        """
        for level in WHOLE:
            frame = self.frame(level)
            if frame is not None:
                column = numbers(frame, name)
                return float(np.nansum(column)) if np.isfinite(column).any() else float("nan")
        return float("nan")

    @cached_property
    def spent_yesterday(self) -> int | None:
        """None = unknown."""
        return self._minor(self._sum("spend_yesterday"))

    @cached_property
    def account_spend(self) -> int | None:
        """A day, over the last seven whole ones."""
        return self._minor(self._sum(f"spend_{DAYS}d") / DAYS)

    @cached_property
    def _spends(self) -> dict[str, list[float]]:
        """Of each level that was asked for, minor units a day in the order of its table."""
        return {}

    def spend_of(self, level: str, entity_id: str) -> int | None:
        """A day, over the last seven whole ones; None = unknown."""
        frame = self.frame(level)
        row = None if frame is None else frame.row(entity_id)
        if frame is None or row is None:
            return None
        if level not in self._spends:
            self._spends[level] = np.rint(numbers(frame, f"spend_{DAYS}d") * self._minors / DAYS).tolist()
        spent = self._spends[level][row]
        return int(spent) if np.isfinite(spent) else None

    @cached_property
    def _minors(self) -> int:
        """Minor units of one major unit."""
        return to_minor(Decimal(1), self.currency)

    def lifetime_spend(self, campaign_id: str) -> int | None:
        frame = self.frame(Level.CAMPAIGN)
        row = None if frame is None else frame.row(campaign_id)
        return None if frame is None or row is None else self._minor(float(numbers(frame, "spend_lifetime")[row]))

    @cached_property
    def _tired(self) -> dict[str, dict[str, float]]:
        return {}

    def fatigue_of(self, level: str, entity_id: str) -> float | None:
        """Score 0 to 100 of the ads of an object, weighted by spend; its own where the ads have no table."""
        if level not in self._tired:
            self._tired[level] = self._tiredness(level)
        return self._tired[level].get(entity_id)

    def _tiredness(self, level: str) -> dict[str, float]:
        ads, own = self.frame(Level.AD), self.frame(level)
        groups = None if ads is None else _owners(ads, level)
        if ads is not None and groups is not None:
            found = fatigue_by(groups, *_columns(ads))
            # What has no ad that spends can't have tired anybody.
            return found if own is None else {str(one): found.get(str(one), 0.0) for one in own.ids}
        if own is None:
            return {}
        scores = fatigue_scores(*_columns(own))
        return dict(zip(own.ids.tolist(), scores.tolist(), strict=True))


def _owners(ads: Frame, level: str) -> Texts | None:
    """Of each ad the object of this level that it belongs to; None = the table does not say."""
    if level == Level.AD:
        return ads.ids
    try:
        return np.asarray(ads.columns["parent_id" if level == Level.AD_SET else "campaign_id"], dtype=np.str_)
    except KeyError:
        return None


def _columns(frame: Frame) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Frequency, CTR of seven days and of thirty, impressions, spend."""
    names = ("frequency_7d", "ctr_7d", "ctr_30d", "impressions_7d", "spend_7d")
    first, *others = (numbers(frame, name) for name in names)
    return first, others[0], others[1], others[2], others[3]
