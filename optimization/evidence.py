"""A trace in words and figures: the sentence that a proposal gives as its reason."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame
from optimization.rules.words import number_text, window_text

SUPPORTING = "supporting"
"""Place, among the figures of a proposal, of the usual ones that did not decide."""


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


USUAL = ("roas_7d", "spend_7d", "conversion_value_7d", "conversions_7d", "impressions_7d")
"""What stands in every proposal's record beside the figures that decided (spec 30, record)."""


def figures(trace: dict[str, Any]) -> dict[str, Any]:
    """Field -> value of every condition, for the record. Money in the major unit; None = unknown."""
    return {leaf["field"]: leaf["value"] for leaf in leaves(trace)}


def supporting(frame: Frame, rows: Sequence[int]) -> list[dict[str, Any]]:
    """For the record, beside what decided: the usual figures of these rows and when they were read (UTC). Money in the
    major unit; None = unknown.
    """
    read_at = frame.read_at.isoformat() if frame.read_at else None
    at = np.array(rows, dtype=np.intp)
    columns = [np.asarray(catalog.column(frame, catalog.resolve(name)))[at].tolist() for name in USUAL]
    return [
        {"window": "7d", "read_at": read_at, **dict(zip(USUAL, map(_known, values), strict=True))}
        for values in zip(*columns, strict=True)
    ]


def _known(value: float) -> float | None:
    return None if isnan(value) else round(value, 4)
