"""Daily totals of a level as (days, entities) arrays: row 0 is today, row k the day k days ago.

A day that was read and does not list an entity is a day without delivery: zero (Meta has no row for an object without
delivery; where its parent delivered more than the listed children, `confirm` turns that zero back into unknown).
A day that was never read is unknown, and zero before the entity existed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers, Texts
from intelligence.metrics.variants import split_attribution
from intelligence.totals import (
    ACTIONS,
    ATTRIBUTED,
    ATTRIBUTED_VALUES,
    CONVERSION_VALUES,
    CONVERSIONS,
    PLAIN,
    VALUES,
    Keys,
    Totals,
    keys_of,
)
from metaads.reader.results import PURCHASE

__all__ = ["PURCHASE", "Days", "first_nonzero"]
DELIVERY, RESULTS, VALUE = "impressions", "conversions", "conversion_value"
TOGETHER = (*PLAIN, RESULTS, VALUE)


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
        self._read: dict[str, Numbers] = {}
        self._forgotten: set[str] = set()

    @property
    def born(self) -> Numbers:
        """Days ago of creation, NaN = unknown."""
        return self._born

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
        """(count, entities). `conversions` and `conversion_value` are the account's result type, on their own as Meta
        gives them or under an attribution window (`conversions_1d_click`)."""
        if metric not in self._cache:
            base, window = split_attribution(metric)
            if metric not in self._read:
                self._read.update(self._matrices(self._beside(metric)))
            read = self._read.pop(metric)
            self._cache[metric] = self._settled_values(read, window) if base == VALUE else read
        return self._cache[metric]

    def forget(self, metric: str) -> None:
        """Its matrix is not needed any more; asked for again, it is read again."""
        self._cache.pop(metric, None)
        self._forgotten.add(metric)

    def replace(self, metric: str, matrix: Numbers) -> None:
        """Takes a matrix in which another level has confirmed what was unknown."""
        self._cache[metric] = matrix

    def _beside(self, metric: str) -> list[str]:
        """What is read together with it, for opening a day costs more than reading it: sums and results all at once;
        of impressions alone many levels are asked, which need no more, and a type is mostly asked for by itself."""
        if metric == DELIVERY or metric not in TOGETHER:
            return [metric]
        known = self._cache.keys() | self._read.keys() | self._forgotten
        return list(dict.fromkeys((metric, *(name for name in TOGETHER if name not in known))))

    def _matrices(self, metrics: Sequence[str]) -> dict[str, Numbers]:
        """Day by day, so that a month of every candidate of a result never stands in memory."""
        matrices = {name: self.blank.copy() for name in metrics}
        candidates = {name: self._candidates(name) for name in metrics}
        wanted = [one for names in candidates.values() for one in names]
        for ago, totals in self._totals.items():
            rows, take = self._places[ago]
            totals.reach(wanted)
            for name, matrix in matrices.items():
                matrix[ago, rows] = first_nonzero([totals.metric(one)[take] for one in candidates[name]])
            if metrics[0] in TOGETHER:  # of types, mostly several are asked one after the other
                totals.close()
        return matrices

    def _candidates(self, metric: str) -> list[str]:
        """The columns of a reading that may hold it, the likeliest first."""
        base, window = split_attribution(metric)
        if base == RESULTS:
            return self._names(ACTIONS, CONVERSIONS, ATTRIBUTED, window)
        return self._names(VALUES, CONVERSION_VALUES, ATTRIBUTED_VALUES, window) if base == VALUE else [metric]

    def _settled_values(self, value: Numbers, window: str | None) -> Numbers:
        """Unknown where conversions came without a value; zero where there surely were none."""
        conversions = self.matrix(f"{RESULTS}_{window}" if window else RESULTS)
        value = np.where((conversions != 0) & (value == 0), np.nan, value)
        settled: Numbers = np.where((conversions == 0) & np.isnan(value), 0.0, value)
        return settled

    def _names(self, actions: str, own: str, attributed: str, window: str | None) -> list[str]:
        """Where the result may stand: among all actions first, then in Meta's own list of conversions."""
        if window is not None:
            return [f"{attributed}.{kind}@{window}" for kind in self._types]
        listed = [f"{own}.{kind}" for kind in self._types if any(self._holds(f"{own}.{kind}"))]
        return [*(f"{actions}.{kind}" for kind in self._types), *listed]

    def _holds(self, name: str) -> Iterator[bool]:
        return (name in totals.columns for totals in self._totals.values())

    def types(self) -> set[str]:
        """Action types that some row names."""
        return {kind for totals in self._totals.values() for kind in totals.types}

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
