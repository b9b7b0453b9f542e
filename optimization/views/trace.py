"""A rule's trace as people read it: the condition tree with actual against threshold, and how near a miss was."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from metaads.graph.money import amount_text

JOINTS = {"all": "All of these", "any": "At least one of these", "not": "None of this"}
RESULTS = {
    "true": ("check", "good", "holds"),
    "false": ("cross", "bad", "does not hold"),
    "no data": ("info", "watch", "no data"),
}


@dataclass(frozen=True)
class TraceNode:
    """A group (`children`) or a condition (`text`, `actual`, `threshold`, `note`)."""

    text: str
    icon: str
    tone: str
    result: str
    actual: str = ""
    threshold: str = ""
    note: str = ""
    children: tuple["TraceNode", ...] = ()


def value_text(value: Any, unit: str, currency: str) -> str:
    """A value of the trace with its unit; None is unknown."""
    if value is None:
        return "no data"
    if isinstance(value, list):
        return ", ".join(value_text(one, unit, currency) for one in value)
    if isinstance(value, str | bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "money":
        return amount_text(Decimal(str(value)), currency)
    if unit == "percent":
        return f"{value:,.2f} %"
    if unit in {"hours", "days"}:
        return f"{value:,.4g} {unit}"
    return f"{value:,.2f}" if unit == "ratio" else f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _note(leaf: Mapping[str, Any], currency: str) -> str:
    parts = []
    near = leaf.get("near_miss")
    if near is not None and leaf.get("result") == "false":
        word = "rose" if near > 0 else "fell"
        parts.append(f"would hold if it {word} by {value_text(abs(near), str(leaf.get('unit')), currency)}")
    if leaf.get("remark"):
        parts.append(str(leaf["remark"]))
    if leaf.get("expression"):
        parts.append(f"threshold is {leaf['expression']}")
    if leaf.get("age_minutes") is not None:
        parts.append(f"data {leaf['age_minutes']} min old then")
    return "; ".join(parts)


def _leaf(leaf: Mapping[str, Any], currency: str) -> TraceNode:
    icon, tone, result = RESULTS.get(str(leaf.get("result")), RESULTS["no data"])
    unit = str(leaf.get("unit") or "")
    return TraceNode(
        text=str(leaf.get("text") or leaf.get("label") or leaf.get("field")),
        icon=icon,
        tone=tone,
        result=result,
        actual=value_text(leaf.get("value"), unit, currency),
        threshold="" if leaf.get("threshold") is None else value_text(leaf["threshold"], unit, currency),
        note=_note(leaf, currency),
    )


def tree_of(node: Any, currency: str) -> TraceNode | None:
    """The trace ready to show; None when the action has none (a person's, an undo)."""
    if not isinstance(node, Mapping) or "node" not in node:
        return None
    if node["node"] == "leaf":
        return _leaf(node, currency)
    icon, tone, result = RESULTS.get(str(node.get("result")), RESULTS["no data"])
    children = tuple(child for one in node.get("children", ()) if (child := tree_of(one, currency)))
    return TraceNode(JOINTS.get(str(node["node"]), str(node["node"])), icon, tone, result, children=children)
