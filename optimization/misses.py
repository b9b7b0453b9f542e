"""The nearest misses of a rule: what does not match, by how little, in a sentence.

Near is first how many conditions would have to change (fewest first), then how far the furthest of them is from its
threshold, as a share of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimization.evidence import value_text
from optimization.rules.compile import Plan, Probe
from optimization.rules.evaluate import Outcome
from optimization.rules.sheet import FrameSheet
from optimization.rules.words import number_text

Costs = NDArray[np.float64]
LOOKED_AT = 200
"""Rows of the smallest number of changes whose distances are compared; the traces of all would take too long."""


@dataclass(frozen=True)
class Miss:
    """One row (place in the frame). `changes`: conditions that stand in the way; `distance`: share of a threshold."""

    row: int
    changes: int
    distance: float
    sentence: str
    trace: dict[str, Any]


def nearest(outcome: Outcome, currency: str, limit: int, prefer: Costs | None = None) -> list[Miss]:
    """The `limit` covered rows nearest to a match. `prefer`: a column, larger first among equals (such as spend)."""
    costs = np.where(outcome.covered & ~outcome.matched, _costs(outcome.rule.matches, outcome.sheet), np.inf)
    rows = np.flatnonzero(np.isfinite(costs))
    if not len(rows) or limit < 1:
        return []
    second = np.zeros(len(rows)) if prefer is None else -np.nan_to_num(prefer[rows])
    rows = rows[np.lexsort((rows, second, costs[rows]))][:LOOKED_AT]
    traces = outcome.traces(rows.astype(np.intp), currency)
    found = [_miss(int(row), int(costs[row]), trace, currency) for row, trace in zip(rows, traces, strict=True)]
    return sorted(found, key=lambda miss: (miss.changes, miss.distance))[:limit]


def _costs(plan: Plan, sheet: FrameSheet) -> Costs:
    """Per row how many leaves would have to change for the plan to hold; infinite where data are missing."""
    if isinstance(plan, Probe):
        key, positive = plan.mask_key
        holds, fails = (sheet.mask(plan.condition, (key, sign)) for sign in (positive, not positive))
        return np.where(holds, 0.0, np.where(fails, 1.0, np.inf))
    join = np.add if plan.every else np.minimum
    answer = _costs(plan.parts[0], sheet)
    for part in plan.parts[1:]:
        answer = join(answer, _costs(part, sheet))
    return answer


def _miss(row: int, changes: int, trace: dict[str, Any], currency: str) -> Miss:
    missing = list(_in_the_way(trace, wanted=True))
    sizes = [_share(leaf) for leaf in missing]
    return Miss(row, changes, max(sizes, default=1.0), miss_text(trace, currency), trace)


def miss_text(trace: dict[str, Any], currency: str) -> str:
    """ "Would match if ROAS rose by 0.40 (1.60, is over 2)." Empty for what matches or has no data."""
    said = [_leaf_text(leaf, currency) for leaf in _in_the_way(trace, wanted=True)]
    if not said:
        return ""
    join = " or " if trace.get("node") == "any" else " and "
    return f"Would match if {join.join(said)}."


def _in_the_way(trace: dict[str, Any], wanted: bool) -> Iterator[dict[str, Any]]:
    """Leaves whose answer keeps the tree from being `wanted`; below a NOT it is the other way round."""
    if trace["result"] != ("false" if wanted else "true"):
        return
    if trace["node"] == "leaf":
        yield trace
    for child in trace.get("children", []):
        yield from _in_the_way(child, wanted != (trace["node"] == "not"))


def _share(leaf: dict[str, Any]) -> float:
    """The distance as a share of the threshold; 1 where there is none to measure.

    Of a threshold of zero every distance is the whole, so there its size orders: 3 conversions are nearer than 145.
    """
    near, threshold = leaf["near_miss"], leaf["threshold"]
    numbers = [abs(one) for one in (threshold if isinstance(threshold, list) else [threshold]) if _number(one)]
    if near is None:
        return 1.0
    if numbers and not any(numbers):
        return float(abs(near) / (abs(near) + 1))
    return float(abs(near) / max([*numbers, abs(leaf["value"] or 0.0), 1e-9]))


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _leaf_text(leaf: dict[str, Any], currency: str) -> str:
    now = value_text(leaf, leaf["value"], currency)
    near = leaf["near_miss"]
    if near is None:
        return f"not {leaf['text']}" if leaf["result"] == "true" else f"{leaf['text']} (it is {now})"
    way = "rose" if near > 0 else "fell"
    by = number_text(round(abs(near), 2), leaf["unit"], currency) if round(abs(near), 2) else "a trace"
    return f"{leaf['label']} {way} by {by} (it is {now})"
