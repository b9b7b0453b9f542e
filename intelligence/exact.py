"""Sums that are exact: amounts as whole millionths while they are added, so that cents never turn into dust."""

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers

MILLIONTHS = 1_000_000


def exact_sum(matrix: Numbers) -> Numbers:
    """Sum over the first axis of values with at most six decimals, below 9 * 10^12. One unknown makes it unknown."""
    unknown = np.isnan(matrix).any(axis=0)
    total = np.rint(np.nan_to_num(matrix) * MILLIONTHS).astype(np.int64).sum(axis=0)
    answer: Numbers = np.where(unknown, np.nan, total / MILLIONTHS)
    return answer


def grouped_sum(values: Numbers, groups: NDArray[np.intp], count: int) -> Numbers:
    """Sum of `values` per group 0..count-1, exact; one unknown makes its group unknown."""
    known = np.rint(np.nan_to_num(values) * MILLIONTHS).astype(np.int64)
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, groups, known)
    unknown = np.bincount(groups, weights=np.isnan(values), minlength=count) > 0
    return np.where(unknown, np.nan, total / MILLIONTHS)
