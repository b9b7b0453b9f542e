"""Rank and percentile within groups (siblings, or all of a level), for all groups at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers, Texts

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Standing:
    """(n,) for each known value: how many of its group are lower, how many higher, how many known in all; else NaN."""

    lower: Numbers
    higher: Numbers
    size: Numbers


def codes_of(groups: Numbers | Texts) -> Codes:
    """(n,) the number of each one's group."""
    return np.unique(groups, return_inverse=True)[1].astype(np.intp)


def standing(values: Numbers, groups: Codes) -> Standing:
    known = np.flatnonzero(~np.isnan(values))
    order = np.lexsort((values[known], groups[known]))
    code, value = groups[known][order], values[known][order]
    new_group = np.r_[True, code[1:] != code[:-1]][: len(order)]
    new_value = new_group | np.r_[True, value[1:] != value[:-1]][: len(order)]
    group_starts, value_starts = np.flatnonzero(new_group), np.flatnonzero(new_value)
    group = np.cumsum(new_group) - 1
    tie = np.cumsum(new_value) - 1
    group_ends = np.r_[group_starts[1:], len(order)]
    value_ends = np.r_[value_starts[1:], len(order)]
    found = Standing(*(np.full(len(values), np.nan) for _ in range(3)))
    rows = known[order]
    found.lower[rows] = value_starts[tie] - group_starts[group]
    found.higher[rows] = group_ends[group] - value_ends[tie]
    found.size[rows] = group_ends[group] - group_starts[group]
    return found


def at_place(values: Numbers, groups: Codes, places: Numbers) -> Numbers:
    """(n,) between the value at the `places`-th place of its group, counted from the highest, and the next one.

    NaN where the group has fewer than two known values, or the place is not between two of them.
    """
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((-values[known], groups[known]))]
    code, value = groups[order], values[order]
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]][: len(order)])
    sizes = np.diff(np.r_[starts, len(order)])
    wanted = places[order[starts]] if len(order) else np.zeros(0)
    inside = (wanted >= 1) & (wanted < sizes)
    last = (starts + np.where(inside, wanted, 1) - 1).astype(np.intp)
    following = np.minimum(last + 1, max(len(order) - 1, 0))
    border = np.where(inside, (value[last] + value[following]) / 2, np.nan) if len(order) else np.zeros(0)
    answer = np.full(len(values), np.nan)
    answer[order] = np.repeat(border, sizes)
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
