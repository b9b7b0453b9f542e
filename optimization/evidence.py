"""A trace in words and figures: the sentence that a proposal gives as its reason."""

from collections.abc import Iterator
from typing import Any

from optimization.rules.words import number_text, window_text


def leaves(trace: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All conditions of a trace, in reading order."""
    if trace.get("node") == "leaf":
        yield trace
    for child in trace.get("children", []):
        yield from leaves(child)


def value_text(leaf: dict[str, Any], value: Any, currency: str) -> str:
    """One value with its unit; unknown reads "no data"."""
    if value is None:
        return "no data"
    if isinstance(value, float | int) and not isinstance(value, bool):
        rounded = round(float(value), 2)
        return number_text(rounded, leaf["unit"], currency)
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def sentence(trace: dict[str, Any], currency: str) -> str:
    """What was found in the conditions that held: "Spend 64.10 EUR, conversions 0 in the last 7 days." """
    by_window: dict[str, list[str]] = {}
    for leaf in leaves(trace):
        if leaf["result"] != "true":
            continue
        if leaf.get("remark") and leaf["value"] is None:  # evidence needs no value: no conversion has no CPA
            by_window.setdefault("", []).append(f"{leaf['text']} ({leaf['remark']})")
            continue
        text = f"{leaf['label']} {value_text(leaf, leaf['value'], currency)}"
        text += f" ({leaf['remark']})" if leaf.get("remark") else ""
        if leaf.get("expression") and leaf["threshold"] is not None:
            text += f" against {leaf['expression']} = {value_text(leaf, leaf['threshold'], currency)}"
        window = window_text(leaf["window"]) if leaf["window"] else ""
        by_window.setdefault(window, []).append(text)
    parts = [f"{', '.join(texts)} {window}".strip() for window, texts in by_window.items()]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def figures(trace: dict[str, Any]) -> dict[str, Any]:
    """Field -> value of every condition, for the record."""
    return {leaf["field"]: leaf["value"] for leaf in leaves(trace)}
