"""A slow and obvious evaluator: one row at a time, plain Python, None for unknown. Knows nothing of masks."""

from typing import Any

Row = dict[str, float | str | None]
Verdict = bool | None


def evaluate(node: dict[str, Any], row: Row) -> Verdict:
    """True, False or None (no data) of a document's tree for one row."""
    if "all" in node:
        return every([evaluate(child, row) for child in node["all"]])
    if "any" in node:
        inverted = every([invert(evaluate(child, row)) for child in node["any"]])
        return invert(inverted)
    if "not" in node:
        return invert(evaluate(node["not"], row))
    return leaf(row[node["field"]], node["operator"], node["value"], row)


def every(verdicts: list[Verdict]) -> Verdict:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def invert(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def number(value: Any, row: Row) -> float | None:
    """A constant, a field, or field * constant, as the generated documents write it."""
    if not isinstance(value, str):
        return float(value)
    name, _, factor = value.partition(" * ")
    found = row[name]
    return None if found is None else float(found) * float(factor or 1)


def leaf(value: float | str | None, operator: str, wanted: Any, row: Row) -> Verdict:
    if operator.startswith("not_") or operator in ("!=", "is_not"):
        opposite = {"!=": "=", "is_not": "is", "not_between": "between", "not_in": "in"}[operator]
        return invert(leaf(value, opposite, wanted, row))
    if value is None:
        return None
    if isinstance(value, str):
        return text(value, operator, wanted)
    if operator == "between":
        return every([compare(value, ">=", wanted[0], row), compare(value, "<=", wanted[1], row)])
    if operator == "in":
        return invert(every([invert(compare(value, "=", one, row)) for one in wanted]))
    return compare(value, operator, wanted, row)


def compare(value: float, operator: str, wanted: Any, row: Row) -> Verdict:
    threshold = number(wanted, row)
    if threshold is None:
        return None
    return {
        ">": value > threshold,
        ">=": value >= threshold,
        "<": value < threshold,
        "<=": value <= threshold,
        "=": value == threshold,
    }[operator]


def text(value: str, operator: str, wanted: Any) -> bool:
    if operator == "in":
        return value in wanted
    return wanted.lower() in value.lower() if operator == "contains" else value == wanted
