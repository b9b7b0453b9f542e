"""The account's results in one reading: how many conversions all its entities had together."""

from collections.abc import Sequence

import numpy as np

from intelligence.totals import ACTIONS, CONVERSIONS, Numbers, Totals
from metaads.reader.results import PURCHASE

__all__ = ["PURCHASE", "result_columns", "results_in", "results_of_each"]


def result_columns(types: Sequence[str]) -> list[str]:
    """What must be unpacked of a reading to count results."""
    return [ACTIONS, CONVERSIONS, *(f"{mark}.{kind}" for kind in types for mark in (ACTIONS, CONVERSIONS))]


def results_in(totals: Totals, types: Sequence[str]) -> float:
    """Sum over all entities, of each the first type that has a value; those without any list count nothing."""
    return float(results_of_each(totals, types).sum())


def results_of_each(totals: Totals, types: Sequence[str]) -> Numbers:
    """The same entity by entity, in the order of `totals.ids`."""
    best = np.zeros(len(totals))
    for kind in reversed(types):
        for mark in (CONVERSIONS, ACTIONS):
            held = np.nan_to_num(totals.metric(f"{mark}.{kind}"))
            best = np.where(held != 0, held, best)
    return best
