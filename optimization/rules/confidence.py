"""How sure a rule may be of a match: the probability that its conditions hold on the true rates.

Sums, counts, states and trends are known as they are: probability 1. A rate is judged by its posterior
(`intelligence.metrics.posterior`). Of an AND the least sure leaf counts, of an OR the surest of those that hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers
from optimization.operators import Mask
from optimization.rules.compile import CompiledRule, Plan, Probe, probes
from optimization.rules.sheet import FrameSheet, RowsSheet
from optimization.rules.words import condition_text

EXACT = "All figures that decided are known as they are; none is a rate."
UNKNOWN = "The data behind the rate that decided are missing."
LONGEST = 200


@dataclass(frozen=True)
class Confidence:
    """`value` 0 to 1, None = unknown. `note` says which condition is the least sure."""

    value: float | None
    note: str


@dataclass(frozen=True)
class _Sure:
    """(n,) each: whether the plan holds, how sure that is (NaN = unknown), and which leaf decided (-1 = none)."""

    held: Mask
    chance: Numbers
    leaf: NDArray[np.intp]


def confidences(compiled: CompiledRule, sheet: FrameSheet, rows: NDArray[np.intp]) -> Numbers:
    """(rows,) the confidence of each matching row, NaN = unknown."""
    return _of(compiled.matches, sheet.take(rows), count()).chance


def explained(compiled: CompiledRule, sheet: FrameSheet, rows: NDArray[np.intp]) -> list[Confidence]:
    """The same, each with a sentence."""
    leaves = probes(compiled.matches)
    found = _of(compiled.matches, sheet.take(rows), count())
    texts = [condition_text(leaf.condition) for leaf in leaves]
    said = [f"not ({text})" if not leaf.mask_key[1] else text for leaf, text in zip(leaves, texts, strict=True)]
    decided = zip(found.chance.tolist(), found.leaf.tolist(), strict=True)
    return [_worded(chance, leaf, said) for chance, leaf in decided]


def _worded(chance: float, leaf: int, said: list[str]) -> Confidence:
    if chance != chance:
        return Confidence(None, UNKNOWN)
    if leaf < 0:
        return Confidence(chance, EXACT)
    return Confidence(chance, f"Least sure: {said[leaf]}."[:LONGEST])


def _of(plan: Plan, sheet: RowsSheet, numbers: Iterator[int]) -> _Sure:
    if isinstance(plan, Probe):
        return _of_leaf(plan, sheet, next(numbers))
    parts = [_of(part, sheet, numbers) for part in plan.parts]
    held, chances, leaf = (np.stack(one) for one in zip(*((p.held, p.chance, p.leaf) for p in parts), strict=True))
    if plan.every:
        place = np.where(np.isnan(chances), -1, chances).argmin(axis=0)
    else:
        place = np.where(held, np.nan_to_num(chances, nan=-1), -2).argmax(axis=0)
    whole: Mask = np.logical_and.reduce(held) if plan.every else np.logical_or.reduce(held)
    at = np.arange(len(place))
    return _Sure(whole, chances[place, at], leaf[place, at])


def _of_leaf(probe: Probe, sheet: RowsSheet, number: int) -> _Sure:
    condition, positive = probe.condition, probe.mask_key[1]
    operator = condition.operator
    held = operator.holds(condition, sheet) if positive else operator.fails(condition, sheet)
    chance = operator.probability(condition, sheet)
    if chance is None:
        return _Sure(held, np.ones(len(sheet)), np.full(len(sheet), -1))
    return _Sure(held, chance if positive else 1 - chance, np.full(len(sheet), number))
