"""Why a rule fired or didn't: the condition tree with actual values, as plain JSON values.

A group is `{"node": "all"|"any"|"not", "path", "result", "children"}`. A leaf is `{"node": "leaf", "path", "field",
"label", "base", "window", "unit", "operator", "value", "threshold", "expression", "result", "age_minutes",
"near_miss", "remark", "text"}`. `result` is "true", "false" or "no data"; `threshold` a number, a list (bounds,
members), a text; `near_miss` the signed change of the value that would turn a false leaf true; `remark` what else an
operator has to say of the row ("93 % probable"). Money is in the major unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Frame
from optimization.operators import Condition
from optimization.rules.compile import CompiledRule
from optimization.rules.sheet import Context, FrameSheet, RowsSheet
from optimization.rules.tree import Leaf, Node, Not
from optimization.rules.words import condition_text, expression_text, field_text

TRUE, FALSE, NO_DATA = "true", "false", "no data"
DIGITS = 6
Traced = list[dict[str, Any]]


def trace(compiled: CompiledRule, frame: Frame, i: int, context: Context | None = None) -> dict[str, Any]:
    """The trace of row `i`, matched or not."""
    return trace_rows(compiled, FrameSheet(frame, context), np.array([i]))[0]


def trace_rows(compiled: CompiledRule, sheet: FrameSheet, rows: NDArray[np.intp], currency: str = "") -> Traced:
    """One trace per row, each leaf evaluated once for all of them. `currency`: what its texts say amounts in."""
    if len(rows) == 0:
        return []
    age = sheet.frame.age
    minutes = None if age is None else round(age.total_seconds() / 60)
    return _node(compiled.document.conditions, sheet.take(rows), _Said(minutes, currency))


@dataclass(frozen=True)
class _Said:
    """What every leaf says alike: the age of the data, None = unknown, and the currency of amounts."""

    minutes: int | None
    currency: str


def _node(node: Node, sheet: RowsSheet, said: _Said) -> Traced:
    if isinstance(node, Leaf):
        return _leaf(node, sheet, said)
    if isinstance(node, Not):
        return [
            {"node": "not", "path": node.path, "result": _opposite(child["result"]), "children": [child]}
            for child in _node(node.node, sheet, said)
        ]
    columns = [_node(child, sheet, said) for child in node.nodes]
    kind = "all" if node.every else "any"
    return [
        {"node": kind, "path": node.path, "result": _joined(node.every, children), "children": list(children)}
        for children in zip(*columns, strict=True)
    ]


def _joined(every: bool, children: Sequence[dict[str, Any]]) -> str:
    """Kleene's AND and OR: the deciding answer wins, then no data."""
    decides, otherwise = (FALSE, TRUE) if every else (TRUE, FALSE)
    results = [child["result"] for child in children]
    return decides if decides in results else NO_DATA if NO_DATA in results else otherwise


def _opposite(result: str) -> str:
    return {TRUE: FALSE, FALSE: TRUE, NO_DATA: NO_DATA}[result]


def _leaf(leaf: Leaf, sheet: RowsSheet, said: _Said) -> Traced:
    condition = leaf.condition
    holds = condition.operator.holds(condition, sheet).tolist()
    fails = condition.operator.fails(condition, sheet).tolist()
    values = _plain_column(condition.operator.values(condition, sheet))
    thresholds = _thresholds(condition, sheet)
    remarks = condition.operator.remarks(condition, sheet) or [""] * len(sheet)
    fixed = _fixed(leaf, said)
    return [
        {
            **fixed,
            "value": value,
            "threshold": threshold,
            "result": TRUE if held else FALSE if failed else NO_DATA,
            "near_miss": _near(condition, value, threshold) if failed else None,
            "remark": remark,
        }
        for held, failed, value, threshold, remark in zip(holds, fails, values, thresholds, remarks, strict=True)
    ]


def _fixed(leaf: Leaf, said: _Said) -> dict[str, Any]:
    """What is the same for every row."""
    condition = leaf.condition
    field = condition.field
    written = [expression_text(term, field.unit) for term in condition.operand.terms if term.constant is None]
    return {
        "node": "leaf",
        "path": leaf.path,
        "field": field.name,
        "label": field_text(field),
        "base": field.base,
        "window": field.window,
        "unit": field.unit,
        "operator": condition.operator.key,
        "expression": ", ".join(written),
        "age_minutes": said.minutes,
        "text": condition_text(condition, said.currency),
    }


def _thresholds(condition: Condition, sheet: RowsSheet) -> list[Any]:
    """Per row what the value is held against: one value as itself, several as a list, none as None."""
    held = condition.operator.thresholds(condition, sheet)
    if any(isinstance(one, np.ndarray) for one in held):
        columns = [_plain_column(np.broadcast_to(one, len(sheet)).tolist()) for one in held]
        return columns[0] if len(columns) == 1 else [list(row) for row in zip(*columns, strict=True)]
    items: list[Any] = [*held] or list(condition.operand.texts)
    return [items[0] if len(items) == 1 else items or None] * len(sheet)


def _near(condition: Condition, value: Any, threshold: Any) -> float | None:
    """The operator's distance, where it has one and all of its numbers are known."""
    numbers = threshold if isinstance(threshold, list) else [] if threshold is None else [threshold]
    if not isinstance(value, float) or not all(isinstance(number, float) for number in numbers):
        return None
    distance = condition.operator.missing_by(value, tuple(numbers))
    return None if distance is None else round(distance, DIGITS)


def _plain_column(values: list[Any]) -> list[Any]:
    """As JSON has it: unknown (NaN or "") is null, numbers are rounded to what a person can read."""
    if values and isinstance(values[0], float):
        rounded = np.round(values, DIGITS).tolist()
        return [number if number - number == 0 else None for number in rounded]
    return [_plain_column(one) if isinstance(one, list) else one or None for one in values]
