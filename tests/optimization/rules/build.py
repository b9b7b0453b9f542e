"""Frames and rules for tests, and the three verdicts that a condition can give."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from intelligence.metrics.frame import Frame, Numbers, Texts
from optimization.rules.compile import CompiledRule, compile_rule
from optimization.rules.evaluate import evaluate
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.sheet import Context, History
from optimization.rules.trace import trace_rows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TRUE, FALSE, NO_DATA = "true", "false", "no data"
Values = Sequence[float | str | None]


def frame(level: str = "adset", /, **columns: Values) -> Frame:
    """A frame with these columns; None = unknown. All columns have the same length."""
    made = {name: column(values) for name, values in columns.items()}
    size = len(next(iter(made.values()))) if made else 1
    ids = np.array([str(100 + i) for i in range(size)])
    return Frame(1, level, NOW, NOW - timedelta(minutes=4), ids, made)


def column(values: Values) -> Numbers | Texts:
    if any(isinstance(value, str) for value in values):
        return np.array([value or "" for value in values], dtype=np.str_)
    return np.array([np.nan if value is None else float(value) for value in values])


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    given = {"field": field, "operator": operator}
    return given if value is None else {**given, "value": value}


def document(conditions: Any, **more: Any) -> dict[str, Any]:
    """A pausing rule with these conditions."""
    return {"conditions": conditions, "actions": [{"kind": "pause"}], **more}


def compiled(conditions: Any, **more: Any) -> CompiledRule:
    return compile_rule(parse(document(conditions, **more)))


def past(*periods: Values) -> History:
    """A history with these periods, oldest first; asked for fewer, it gives the last ones."""
    rows = np.array([column(values) for values in periods], dtype=np.float64)
    return lambda field, unit, count: rows[-count:] if count <= len(rows) else None


def verdicts(conditions: Any, history: History | None = None, /, **columns: Values) -> list[str]:
    """What a rule of these conditions says of each row. Evaluation and trace must agree."""
    rule = compiled(conditions)
    outcome = evaluate(rule, frame(**columns), Context(history))
    said = [
        TRUE if matched else NO_DATA if unknown else FALSE
        for matched, unknown in zip(outcome.matched, outcome.unknown, strict=True)
    ]
    traced = [one["result"] for one in trace_rows(rule, outcome.sheet, np.arange(len(said)))]
    assert traced == said
    return said


def problems(given: Any, level: str | None = None) -> dict[str, str]:
    """Place -> message of every problem; fails if there is none."""
    try:
        parse(given, level)
    except RuleInvalid as invalid:
        return {problem.path: problem.message for problem in invalid.problems}
    raise AssertionError("the document is accepted")
