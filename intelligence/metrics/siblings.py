"""Rank and percentile within groups (siblings, or all of a level), for all groups at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers, Texts

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Standing:
    """(n,) for each known value: how many of its group are lower, how many higher, how many known in all; else NaN.

    `order`: rows with a known value by group and value, lowest first; `starts` and `sizes` of the groups in it.
    """

    lower: Numbers
    higher: Numbers
    size: Numbers
    order: Codes
    starts: Codes
    sizes: Codes


def codes_of(groups: Numbers | Texts) -> Codes:
    """(n,) the number of each one's group."""
    return np.unique(groups, return_inverse=True)[1].astype(np.intp)


def standing(values: Numbers, groups: Codes) -> Standing:
    known = np.flatnonzero(~np.isnan(values))
    rows = known[np.lexsort((values[known], groups[known]))]
    code, value = groups[rows], values[rows]
    new_group = np.r_[True, code[1:] != code[:-1]][: len(rows)]
    new_value = new_group | np.r_[True, value[1:] != value[:-1]][: len(rows)]
    group_starts, value_starts = np.flatnonzero(new_group), np.flatnonzero(new_value)
    group = np.cumsum(new_group) - 1
    tie = np.cumsum(new_value) - 1
    group_ends = np.r_[group_starts[1:], len(rows)]
    value_ends = np.r_[value_starts[1:], len(rows)]
    lower, higher, size = (np.full(len(values), np.nan) for _ in range(3))
    lower[rows] = value_starts[tie] - group_starts[group]
    higher[rows] = group_ends[group] - value_ends[tie]
    size[rows] = group_ends[group] - group_starts[group]
    return Standing(lower, higher, size, rows, group_starts, np.diff(np.r_[group_starts, len(rows)]))


def border(values: Numbers, found: Standing, places: Numbers) -> Numbers:
    """(n,) half way between the value at the `places`-th place of its group, counted from the highest, and the next.

    NaN where the place is not between two known values of the group.
    """
    answer = np.full(len(values), np.nan)
    order, starts, sizes = found.order, found.starts, found.sizes
    if not len(order):
        return answer
    wanted = places[order[starts]]
    inside = (wanted >= 1) & (wanted < sizes)
    last = starts + np.where(inside, sizes - wanted, 0).astype(np.intp)
    following = np.maximum(last - 1, 0)
    between = np.where(inside, (values[order[last]] + values[order[following]]) / 2, np.nan)
    answer[order] = np.repeat(between, sizes)
    return answer


def ranks(values: Numbers, groups: Texts) -> Numbers:
    """1 = highest of its group; equal values share the better rank; NaN where the value is unknown."""
    return standing(values, codes_of(groups)).higher + 1


def percentiles(values: Numbers, groups: Texts) -> Numbers:
    """Percent of the other known members of the group with a lower value; NaN for an only one."""
    found = standing(values, codes_of(groups))
    answer = np.full(len(values), np.nan)
    np.divide(found.lower * 100, found.size - 1, out=answer, where=found.size > 1)
    return answer
