"""A slow and obvious evaluator: one row at a time, plain Python, None for unknown. Knows nothing of masks."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Verdict = bool | None
WINDOW = "_7d"


@dataclass(frozen=True)
class Reference:
    """`table`: rows by field name; `days` in a row: figures by base, oldest day first. `metrics`: formulas by name."""

    table: list[Row]
    metrics: dict[str, str] = field(default_factory=dict)

    def verdicts(self, node: dict[str, Any]) -> list[Verdict]:
        return [self.evaluate(node, i) for i in range(len(self.table))]

    def evaluate(self, node: dict[str, Any], i: int) -> Verdict:
        """True, False or None (no data) of a document's tree for row `i`."""
        if "all" in node:
            return every([self.evaluate(child, i) for child in node["all"]])
        if "any" in node:
            return invert(every([invert(self.evaluate(child, i)) for child in node["any"]]))
        if "not" in node:
            return invert(self.evaluate(node["not"], i))
        return self.leaf(node["field"], node["operator"], node.get("value"), i)

    def leaf(self, name: str, operator: str, wanted: Any, i: int) -> Verdict:
        if operator in OPPOSITE:
            return invert(self.leaf(name, OPPOSITE[operator], wanted, i))
        if operator == "for_days":
            days = [self.of_day(name, day, i) for day in range(-wanted["days"], 0)]
            return every([self.compare(value, wanted["operator"], wanted["value"], i) for value in days])
        if operator in ("in_top", "in_bottom"):
            return self.ranked(name, 1 if operator == "in_top" else -1, wanted, i)
        if operator == "probably":
            return self.probably(wanted, i)
        return self.plain(self.value(name, i), operator, wanted, i)

    def plain(self, value: Any, operator: str, wanted: Any, i: int) -> Verdict:
        if value is None:
            return None
        if operator in WORDS:
            return WORDS[operator](value)
        if isinstance(value, list):
            return any(tag in wanted for tag in value)
        if isinstance(value, str):
            return text(value, operator, wanted)
        if operator == "between":
            return every([self.compare(value, ">=", wanted[0], i), self.compare(value, "<=", wanted[1], i)])
        if operator == "in":
            return invert(every([invert(self.compare(value, "=", one, i)) for one in wanted]))
        return self.compare(value, operator, wanted, i)

    def compare(self, value: float | None, operator: str, wanted: Any, i: int) -> Verdict:
        threshold = self.number(wanted, i)
        if value is None or threshold is None:
            return None
        return {
            ">": value > threshold,
            ">=": value >= threshold,
            "<": value < threshold,
            "<=": value <= threshold,
            "=": value == threshold,
            "!=": value != threshold,
        }[operator]

    def value(self, name: str, i: int) -> Any:
        base = name.removesuffix(WINDOW)
        return self.computed(self.metrics[base], self.table[i]) if base in self.metrics else self.table[i][name]

    def number(self, wanted: Any, i: int) -> float | None:
        """A constant or an expression over fields."""
        if not isinstance(wanted, str):
            return float(wanted)
        values = {**self.table[i], **{name: self.value(name, i) for name in self.metrics}}
        return calculated(wanted, values)

    def computed(self, formula: str, row: Row) -> float | None:
        """A formula over the figures of the default window."""
        bare = {name.removesuffix(WINDOW): value for name, value in row.items()}
        return calculated(formula, {**row, **bare})

    def of_day(self, name: str, day: int, i: int) -> float | None:
        figures = {base: values[day] for base, values in self.table[i]["days"].items()}
        return calculated(self.metrics[name], figures) if name in self.metrics else figures[name]

    def judged(self, name: str, wanted: dict[str, Any], i: int) -> float | None:
        """The value with which row `i` takes part in a ranking; None = it takes none."""
        value, row, floor = self.value(name, i), self.table[i], wanted.get("floor")
        if value is None or not (row["impressions_7d"] or 0) > 0:
            return None
        if floor and self.compare(self.value(floor["field"], i), ">=", floor["value"], i) is not True:
            return None
        return None if value <= 0 and not wanted.get("count_zeros", True) else float(value)

    def ranked(self, name: str, sign: int, wanted: dict[str, Any], i: int) -> Verdict:
        """In if all that are as good or better fit into the places; a group no larger than its count tells nothing."""
        mine = self.judged(name, wanted, i)
        if mine is None:
            return None
        alone = wanted.get("among", "siblings") == "siblings"
        kin = [j for j, row in enumerate(self.table) if not alone or row["parent_id"] == self.table[i]["parent_id"]]
        group = [value for j in kin if (value := self.judged(name, wanted, j)) is not None]
        if len(group) <= wanted.get("count", 1):
            return None
        places = wanted["count"] if "count" in wanted else math.floor(len(group) * wanted["percent"] / 100)
        return sum(sign * value >= sign * mine for value in group) <= int(places)

    def probably(self, wanted: dict[str, Any], i: int) -> Verdict:
        """Of an only entity's CPA: its conversions per spend are Gamma(conversions + 1/2, spend)."""
        row, threshold = self.table[i], self.number(wanted["value"], i)
        assert len(self.table) == 1
        if row["spend_7d"] is None or row["conversions_7d"] is None or threshold is None or row["spend_7d"] <= 0:
            return None
        above = 1.0 if threshold <= 0 else lower_gamma(row["conversions_7d"], row["spend_7d"] / threshold)
        return (above if wanted["operator"] == ">" else 1 - above) >= float(wanted["probability"]) / 100


OPPOSITE = {"!=": "=", "is_not": "is", "not_between": "between", "not_in": "in", "has_no_tag": "has_tag"}
WORDS: dict[str, Callable[[float], bool]] = {
    "increasing": lambda trend: trend >= 5,
    "decreasing": lambda trend: trend <= -5,
    "stable": lambda trend: -5 < trend < 5,
}


def every(verdicts: list[Verdict]) -> Verdict:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def invert(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def calculated(formula: str, values: Row) -> float | None:
    """Python's own arithmetic; an unknown part or a division by nothing makes it unknown."""
    try:
        return float(eval(formula, {"__builtins__": {}}, values))  # noqa: S307  (formulas of the tests alone)
    except (TypeError, ZeroDivisionError):
        return None


def text(value: str, operator: str, wanted: Any) -> bool:
    if operator == "in":
        return value in list(wanted)
    return str(wanted).lower() in value.lower() if operator in ("contains", "matches") else value == str(wanted)


def lower_gamma(whole: float, x: float) -> float:
    """P(whole + 1/2, x): erf(sqrt x) for 1/2, then P(a + 1, x) = P(a, x) - x^a e^-x / Gamma(a + 1)."""
    found = math.erf(math.sqrt(x))
    for step in range(int(whole)):
        found -= x ** (step + 0.5) * math.exp(-x) / math.gamma(step + 1.5)
    return found
