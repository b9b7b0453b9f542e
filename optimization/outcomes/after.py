"""The arithmetic of outcomes: what a change would have taken away from what really happened.

A pause takes all that the entity spent afterwards, a budget the share by which it changes: that is an estimate, for
delivery is not proportional to budget. On the day of the change only what came after it counts, its conversions in
proportion to the spend. What was cut before (of the entity, of what belongs to it, of what it belongs to) is not cut
twice. Conversions are those that are attributed to the cut spend's days; unknown days stay unknown and are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import windows
from intelligence.metrics.frame import Numbers
from optimization.outcomes.really import METRICS, Really

Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One change of one entity. Budgets in the minor unit. `spent_today`: major unit, what the day had cost by then."""

    at: datetime
    level: str
    entity_id: str
    field: str
    before: Any
    final: Any
    spent_today: float | None = None
    parents: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        return self.level, self.entity_id

    @property
    def kept(self) -> float | None:
        """Share of the spend that goes on: 0 = paused, 1.2 = a fifth more; None = was not running, so unknown."""
        if self.field == "status":
            return 0.0 if self.final == "PAUSED" else None
        if not isinstance(self.before, int) or not isinstance(self.final, int) or self.before <= 0:
            return None
        return self.final / self.before


@dataclass(frozen=True)
class After:
    """Major units. Negative = more would have been spent or won. None = unknown altogether.

    `estimate`: in proportion to a budget. `unknown_days`: days of the horizon of which nothing is known.
    """

    spend_cut: float | None
    conversions_lost: float | None
    value_lost: float | None
    estimate: bool
    days: int
    unknown_days: int


UNKNOWN = After(None, None, None, estimate=False, days=0, unknown_days=0)


def after(changes: Sequence[Change], really: Really, until: datetime) -> list[After]:
    """One outcome a change, in their order (which must be that of time), measured up to `until`."""
    for level in {change.level for change in changes}:
        really.read(level, [change.entity_id for change in changes if change.level == level])
    world = _World(really)
    return [world.apply(change, _end(changes, place, until)) for place, change in enumerate(changes)]


def _end(changes: Sequence[Change], place: int, until: datetime) -> datetime:
    """A pause lasts until the entity is switched on again."""
    mine = changes[place]
    if mine.field != "status":
        return until
    later = (change.at for change in changes[place + 1 :] if change.key == mine.key and change.field == "status")
    return min([until, *later])


class _World:
    """What is left of each day's spend after the changes so far."""

    def __init__(self, really: Really) -> None:
        self.really = really
        self._cut: dict[Key, Numbers] = {}
        self._below: dict[Key, Numbers] = {}
        self._kept: dict[Key, Numbers] = {}

    def apply(self, change: Change, end: datetime) -> After:
        if change.kept is None:
            return UNKNOWN
        spend, conversions, value = (self.really.of(*change.key, metric) for metric in METRICS)
        part = self._part(change, end, spend)
        cut = self._left(change, spend) * part * (1 - change.kept)
        self._keep(change, cut, part)
        in_horizon = part > 0
        share = np.divide(cut, spend, out=np.zeros_like(cut), where=spend > 0)
        unknown = int(np.count_nonzero(np.isnan(spend) & in_horizon))
        return After(
            spend_cut=_sum(cut, in_horizon),
            conversions_lost=_sum(np.where(np.isnan(spend), np.nan, conversions * share), in_horizon),
            value_lost=_sum(np.where(np.isnan(spend), np.nan, value * share), in_horizon),
            estimate=change.field != "status",
            days=int(np.count_nonzero(in_horizon)),
            unknown_days=unknown,
        )

    def _left(self, change: Change, spend: Numbers) -> Numbers:
        """Spend a day that earlier changes have left."""
        none = np.zeros(self.really.count)
        left = np.maximum(spend - self._cut.get(change.key, none) - self._below.get(change.key, none), 0.0)
        for parent in change.parents:
            left = left * self._kept.get(parent, none + 1.0)
        answer: Numbers = left
        return answer

    def _keep(self, change: Change, cut: Numbers, part: Numbers) -> None:
        known = np.nan_to_num(cut)
        none = np.zeros(self.really.count)
        self._cut[change.key] = self._cut.get(change.key, none) + known
        for parent in change.parents:
            self._below[parent] = self._below.get(parent, none) + known
        kept = self._kept.get(change.key, none + 1.0)
        self._kept[change.key] = kept * (1 - part * (1 - (change.kept or 0.0)))

    def _part(self, change: Change, end: datetime, spend: Numbers) -> Numbers:
        """Share of each day's spend that falls between the change and `end`."""
        zone = self.really.account.zone
        part = np.zeros(self.really.count)
        first, last = self.really.today(change.at), self.really.today(end)
        part[max(first, 0) : max(last + 1, 0)] = 1.0
        if 0 <= last < len(part) and last != self.really.today(self.really.known_at):  # today holds no more than so far
            part[last] = windows.elapsed_share(end, zone)
        if 0 <= first < len(part):
            part[first] = max(part[first] - self._gone(change, float(spend[first])), 0.0) if first <= last else 0.0
        return part

    def _gone(self, change: Change, whole_day: float) -> float:
        """Share of its day's spend that was spent before the change."""
        if change.spent_today is not None and whole_day > 0:
            return min(change.spent_today / whole_day, 1.0)
        return windows.elapsed_share(change.at, self.really.account.zone)


def _sum(values: Numbers, where: NDArray[np.bool_]) -> float | None:
    """Of the known days; None if there are days and none is known."""
    chosen = values[where]
    if not len(chosen):
        return 0.0
    known = chosen[~np.isnan(chosen)]
    return round(float(known.sum()), 4) if len(known) else None


def total(outcomes: Sequence[After]) -> After:
    """The sum of what is known of each."""
    return After(
        spend_cut=_known([one.spend_cut for one in outcomes]),
        conversions_lost=_known([one.conversions_lost for one in outcomes]),
        value_lost=_known([one.value_lost for one in outcomes]),
        estimate=any(one.estimate for one in outcomes),
        days=max((one.days for one in outcomes), default=0),
        unknown_days=sum(one.unknown_days for one in outcomes),
    )


def _known(values: Sequence[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return round(sum(found), 4) if found or not values else None
