"""What a wish of the optimiser says of itself: the sentence why, and a trace in the shape of the rules' traces."""

from datetime import timedelta
from typing import Any

Trace = dict[str, Any]
LEAST, MOST, BELOW = ">=", "<=", "<"
PHRASE = {LEAST: "is at least", MOST: "is at most", BELOW: "is below"}
SURE = "Sure enough to be proposed"


def held(
    age: timedelta | None, what: str, days: int, value: float, operator: str, threshold: float, remark: str
) -> Trace:
    """One condition on a ROAS, or a ratio of two, that held."""
    return _leaf(
        age, field=f"true_roas_{days}d", label=what, base="roas", window=f"{days}d", unit="ratio", value=value,
        operator=operator, threshold=threshold, remark=remark, text=f"{what} {PHRASE[operator]} {threshold:.2f}",
    )  # fmt: skip


def sure(age: timedelta | None, value: float, threshold: float, what: str) -> Trace:
    """That the optimiser was sure enough."""
    return _leaf(
        age, field="confidence", label="Confidence", base="confidence", window="", unit="ratio", value=value,
        operator=LEAST, threshold=threshold, remark=what, text=f"{SURE}: at least {threshold:.2f}",
    )  # fmt: skip


def _leaf(age: timedelta | None, **said: Any) -> Trace:
    minutes = None if age is None else round(age.total_seconds() / 60)
    said["value"], said["threshold"] = round(float(said["value"]), 4), round(float(said["threshold"]), 4)
    fixed = {"node": "leaf", "path": "", "expression": "", "result": "true", "near_miss": None}
    return {**fixed, "age_minutes": minutes, **said}


def all_of(*leaves: Trace) -> Trace:
    return {"node": "all", "path": "", "result": "true", "children": list(leaves)}


def interval(low: float, high: float) -> str:
    return f"80 % between {low:.2f} and {high:.2f}"


def roas_text(roas: float, low: float, high: float, days: int) -> str:
    return f"ROAS {roas:.2f} in the last {days} days ({interval(low, high)}, late conversions allowed for)"


def outlier_text(reported: float) -> str:
    return f"The reported ROAS of {reported:.1f} can hardly be right, so it counts half."
