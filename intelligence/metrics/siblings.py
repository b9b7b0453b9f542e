"""Rank and percentile among siblings, for all groups at once."""

import numpy as np

from intelligence.metrics.frame import Numbers, Texts


def _below(values: Numbers, groups: Texts) -> tuple[Numbers, Numbers, Numbers]:
    """For each known value: how many of its group are lower, how many higher, how many known in all."""
    known = np.flatnonzero(~np.isnan(values))
    codes = np.unique(groups[known], return_inverse=True)[1]
    order = np.lexsort((values[known], codes))
    code, value = codes[order], values[known][order]
    position = np.arange(len(order))
    new_group = np.r_[True, code[1:] != code[:-1]][: len(order)]
    new_value = new_group | np.r_[True, value[1:] != value[:-1]][: len(order)]
    group_starts, value_starts = np.flatnonzero(new_group), np.flatnonzero(new_value)
    group = np.cumsum(new_group) - 1
    tie = np.cumsum(new_value) - 1
    group_ends = np.r_[group_starts[1:], len(order)]
    value_ends = np.r_[value_starts[1:], len(order)]
    lower, higher, size = (np.full(len(values), np.nan) for _ in range(3))
    rows = known[order[position]]
    lower[rows] = value_starts[tie] - group_starts[group]
    higher[rows] = group_ends[group] - value_ends[tie]
    size[rows] = group_ends[group] - group_starts[group]
    return lower, higher, size


def ranks(values: Numbers, groups: Texts) -> Numbers:
    """1 = highest of its group; equal values share the better rank; NaN where the value is unknown."""
    return _below(values, groups)[1] + 1


def percentiles(values: Numbers, groups: Texts) -> Numbers:
    """Percent of the other known members of the group with a lower value; NaN for an only one."""
    lower, _, size = _below(values, groups)
    answer = np.full(len(values), np.nan)
    np.divide(lower * 100, size - 1, out=answer, where=size > 1)
    return answer
