"""Why a rule fired or didn't: the condition tree with actual values, as plain JSON values.

A group is `{"node": "all"|"any"|"not", "path", "result", "children"}`. A leaf is `{"node": "leaf", "path", "field",
"label", "base", "window", "unit", "operator", "value", "threshold", "expression", "result", "age_minutes",
"near_miss", "text"}`. `result` is "true", "false" or "no data"; `threshold` a number, a list (bounds, members), a text;
`near_miss` the signed change of the value that would turn a false leaf true. Money is in the major unit.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Frame
from optimization.operators import Condition
from optimization.rules.compile import CompiledRule
from optimization.rules.sheet import Context, FrameSheet, RowsSheet
from optimization.rules.tree import Leaf, Node, Not
from optimization.rules.words import condition_text, field_text

TRUE, FALSE, NO_DATA = "true", "false", "no data"
Traced = list[dict[str, Any]]


def trace(compiled: CompiledRule, frame: Frame, i: int, context: Context | None = None) -> dict[str, Any]:
    """The trace of row `i`, matched or not."""
    return trace_rows(compiled, FrameSheet(frame, context), np.array([i]))[0]


def trace_rows(compiled: CompiledRule, sheet: FrameSheet, rows: NDArray[np.intp]) -> Traced:
    """One trace per row, each leaf evaluated once for all of them."""
    if len(rows) == 0:
        return []
    age = sheet.frame.age
    minutes = None if age is None else round(age.total_seconds() / 60)
    return _node(compiled.document.conditions, sheet.take(rows), minutes)


def _node(node: Node, sheet: RowsSheet, minutes: int | None) -> Traced:
    if isinstance(node, Leaf):
        return _leaf(node, sheet, minutes)
    if isinstance(node, Not):
        return [
            {"node": "not", "path": node.path, "result": _opposite(child["result"]), "children": [child]}
            for child in _node(node.node, sheet, minutes)
        ]
    columns = [_node(child, sheet, minutes) for child in node.nodes]
    kind = "all" if node.every else "any"
    return [
        {"node": kind, "path": node.path, "result": _joined(node.every, children), "children": list(children)}
        for children in zip(*columns, strict=True)
    ]


def _joined(every: bool, children: Sequence[dict[str, Any]]) -> str:
    """Kleene's AND and OR: the deciding answer wins, then no data."""
    decides, otherwise = (FALSE, TRUE) if every else (TRUE, FALSE)
    results = {child["result"] for child in children}
    return decides if decides in results else NO_DATA if NO_DATA in results else otherwise


def _opposite(result: str) -> str:
    return {TRUE: FALSE, FALSE: TRUE, NO_DATA: NO_DATA}[result]


def _leaf(leaf: Leaf, sheet: RowsSheet, minutes: int | None) -> Traced:
    condition = leaf.condition
    holds = condition.operator.holds(condition, sheet).tolist()
    fails = condition.operator.fails(condition, sheet).tolist()
    values = condition.operator.values(condition, sheet)
    thresholds = _thresholds(condition, sheet)
    fixed = _fixed(leaf, minutes)
    return [
        {
            **fixed,
            "value": _plain(values[i]),
            "threshold": _shown(condition, thresholds[i]),
            "result": TRUE if holds[i] else FALSE if fails[i] else NO_DATA,
            "near_miss": _near(condition, values[i], thresholds[i]) if fails[i] else None,
        }
        for i in range(len(sheet))
    ]


def _fixed(leaf: Leaf, minutes: int | None) -> dict[str, Any]:
    """What is the same for every row."""
    condition = leaf.condition
    field = condition.field
    written = [term.text for term in condition.operand.terms if term.constant is None]
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
        "age_minutes": minutes,
        "text": condition_text(condition),
    }


def _thresholds(condition: Condition, sheet: RowsSheet) -> list[tuple[float, ...]]:
    """Per row the value of each term; empty where the operator takes texts or nothing."""
    columns = [np.broadcast_to(sheet.value(term), len(sheet)).tolist() for term in condition.operand.terms]
    return list(zip(*columns, strict=True)) if columns else [()] * len(sheet)


def _shown(condition: Condition, thresholds: tuple[float, ...]) -> Any:
    """One value as itself, several as a list, none as None."""
    items = [_plain(number) for number in thresholds] or list(condition.operand.texts)
    return items[0] if len(items) == 1 else items or None


def _near(condition: Condition, value: Any, thresholds: tuple[float, ...]) -> float | None:
    if not isinstance(value, float):
        return None
    distance = condition.operator.missing_by(value, thresholds)
    return None if distance is None else _plain(distance)


def _plain(value: Any) -> Any:
    """JSON: unknown (NaN or "") is null, numbers are rounded to what a person can read."""
    if isinstance(value, float):
        return None if not math.isfinite(value) else round(value, 6)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value or None if isinstance(value, str) else value
