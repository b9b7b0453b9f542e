"""Daily totals of a level as (days, entities) arrays: row 0 is today, row k the day k days ago.

A day that was read and does not list an entity is a day without delivery: zero (Meta has no row for an object without
delivery; where its parent delivered more than the listed children, `confirm` turns that zero back into unknown).
A day that was never read is unknown, and zero before the entity existed.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers, Texts
from intelligence.totals import ACTIONS, VALUES, Keys, Totals, keys_of

PURCHASE: tuple[str, ...] = ("omni_purchase", "offsite_conversion.fb_pixel_purchase", "purchase")
"""Meta's overlapping names for a purchase: the first that has a value is taken, they are never added up."""


class Days:
    """`totals` by days ago. `born` = days ago of creation (NaN: unknown, taken as long ago)."""

    def __init__(
        self, ids: Texts, totals: Mapping[int, Totals], count: int, born: Numbers, conversion_types: Sequence[str]
    ) -> None:
        self.ids = ids
        self.count = count
        self._totals = totals
        self._born = born
        self._types = tuple(conversion_types)
        self._cache: dict[str, Numbers] = {}

    @cached_property
    def _sorted(self) -> tuple[Keys, NDArray[np.intp]]:
        keys = keys_of(self.ids)
        order = np.argsort(keys, kind="stable")
        return keys[order], order

    def places(self, totals: Totals) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Positions in `ids` and in `totals` of the entities that both have."""
        keys, order = self._sorted
        if not len(keys):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        at = np.minimum(np.searchsorted(keys, totals.ids), len(keys) - 1)
        take = np.flatnonzero(keys[at] == totals.ids)
        return order[at[take]], take

    @cached_property
    def _places(self) -> dict[int, tuple[NDArray[np.intp], NDArray[np.intp]]]:
        return {ago: self.places(totals) for ago, totals in self._totals.items()}

    @cached_property
    def blank(self) -> Numbers:
        """What holds for entities that no reading lists."""
        ago = np.arange(self.count, dtype=np.float64)[:, None]
        blank = np.where(ago > self._born[None, :], 0.0, np.nan)
        blank[[k for k in self._totals if k < self.count]] = 0.0
        return blank

    @cached_property
    def listed(self) -> NDArray[np.bool_]:
        """Whether the day's reading had a row for the entity."""
        listed = np.zeros((self.count, len(self.ids)), dtype=bool)
        for ago, (rows, _) in self._places.items():
            listed[ago, rows] = True
        return listed

    def covered(self, ago: int) -> bool:
        return ago in self._totals

    def matrix(self, metric: str) -> Numbers:
        """(count, entities). `conversions` and `conversion_value` are the account's result type."""
        if metric not in self._cache:
            makers = {"conversions": self._conversions, "conversion_value": self._values}
            self._cache[metric] = makers.get(metric, lambda: self._plain(metric))()
        return self._cache[metric]

    def replace(self, metric: str, matrix: Numbers) -> None:
        """Takes a matrix in which another level has confirmed what was unknown."""
        self._cache[metric] = matrix

    def _plain(self, metric: str) -> Numbers:
        matrix = self.blank.copy()
        for ago, totals in self._totals.items():
            rows, take = self._places[ago]
            matrix[ago, rows] = totals.metric(metric)[take]
        return matrix

    def _conversions(self) -> Numbers:
        return first_nonzero([self.matrix(f"{ACTIONS}.{kind}") for kind in self._types])

    def _values(self) -> Numbers:
        """Unknown where conversions came without a value; zero where there surely were none."""
        value = first_nonzero([self.matrix(f"{VALUES}.{kind}") for kind in self._types])
        conversions = self.matrix("conversions")
        value = np.where((conversions != 0) & (value == 0), np.nan, value)
        settled: Numbers = np.where((conversions == 0) & np.isnan(value), 0.0, value)
        return settled

    def of(self, totals: Totals) -> "Days":
        """The same entities with one reading alone as day 0: an earlier state of a day, or a window's reach."""
        return Days(self.ids, {0: totals}, 1, self._born, self._types)


def first_nonzero(candidates: Sequence[Numbers]) -> Numbers:
    """Cell by cell the first candidate that is known and not zero, else the first candidate's own."""
    answer = candidates[0].copy()
    for candidate in candidates[1:]:
        better = (np.isnan(answer) | (answer == 0)) & ~np.isnan(candidate) & (candidate != 0)
        answer[better] = candidate[better]
    return answer
