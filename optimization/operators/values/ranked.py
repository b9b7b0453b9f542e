"""The value of a ranking: how many places, among whom, and who is compared at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers
from intelligence.metrics.siblings import Codes, border, standing
from optimization.operators.values.expression import Expression
from optimization.operators.values.inputs import Input
from optimization.operators.values.problem import ValueProblem

AMONG = ("siblings", "account")
KEYS = frozenset({"percent", "count", "among", "floor", "count_zeros"})
MOST_COUNT = 1000
USUAL_WINDOW = "7d"
RANKING_VALUE = (
    Input("percent", "Percent", "number", unit="percent", fallback="20"),
    Input("count", "or places", "whole", help="Instead of a percentage."),
    Input("among", "among", "choice", choices=(("siblings", "its siblings"), ("account", "the whole account"))),
    Input("floor.field", "only those whose", "field", help="Such as spend_7d; empty: all that delivered."),
    Input("floor.value", "is at least", "term"),
    Input("count_zeros", "zero values count too", "yes", fallback="1"),
)


class Reader(Protocol):
    def number(self, raw: object, field: Field, place: str = "") -> Expression: ...

    def field(self, name: str) -> Field: ...


@dataclass(frozen=True)
class Floor:
    """Only entities whose `field` is at least `value` are compared."""

    field: Field
    value: Expression


@dataclass(frozen=True)
class Ranked:
    """Either `percent` (of those compared) or `count` places; the other is 0. `delivered` must be above zero."""

    percent: float
    count: int
    among: str
    floor: Floor | None
    count_zeros: bool
    delivered: Field
    parent: Field

    @property
    def key(self) -> str:
        floor = f"{self.floor.field.key} {self.floor.value.key}" if self.floor else ""
        return repr((self.percent, self.count, self.among, floor, self.count_zeros, self.delivered.name))

    @property
    def fields(self) -> tuple[Field, ...]:
        """What people should hear of beside the ranked field."""
        return (self.floor.field, *self.floor.value.fields) if self.floor else ()

    def placed(self, values: Numbers, groups: Codes, sign: int) -> Numbers:
        """(4, n): 1 in, 0 not, NaN not judged; the border of its group; its place; how many were compared.

        `values`: sign x the value of those that are compared, NaN of the others.
        """
        found = standing(values, groups)
        room = self._places(found.size)
        tells = np.greater(found.size, self.count or 1)  # more than one, and more than there are places to give
        inside = np.where(tells, found.size - found.lower <= room, np.nan)
        return np.stack([inside, sign * border(values, found, room), found.higher + 1, found.size])

    def _places(self, size: Numbers) -> Numbers:
        """Places in a group of `size` compared; at most the percent, so a small group may have none."""
        room: Numbers = np.floor(size * self.percent / 100 + 1e-9)
        return np.full(len(size), float(self.count)) if self.count else room


def asked_of(extra: object) -> Ranked:
    """The value of a ranking, from its operand."""
    if not isinstance(extra, Ranked):
        raise TypeError("a ranking is read with its value")
    return extra


def read_ranked(field: Field, raw: object, reader: Reader, help_text: str) -> Ranked:
    """From the document's value; raises ValueProblem with its place."""
    if not isinstance(raw, Mapping) or ("percent" in raw) == ("count" in raw) or not set(raw) <= KEYS:
        raise ValueProblem(f"a ranking needs {help_text}.")
    among, zeros = raw.get("among", AMONG[0]), raw.get("count_zeros", True)
    if among not in AMONG:
        raise ValueProblem(f"{among!r} is not possible; use siblings or account.", ".among")
    if not isinstance(zeros, bool):
        raise ValueProblem("write true if zero values are compared too, else false.", ".count_zeros")
    floor = None if raw.get("floor") is None else _floor(raw["floor"], reader)
    delivered = reader.field(f"impressions_{field.window or USUAL_WINDOW}")
    sizes = _percent(raw["percent"]) if "percent" in raw else 0.0, _count(raw["count"]) if "count" in raw else 0
    return Ranked(*sizes, str(among), floor, zeros, delivered, reader.field("parent_id"))


def _percent(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 < raw < 100:
        raise ValueProblem(f"{raw!r} is not a percentage between 0 and 100; write 20 for 20 %.", ".percent")
    return float(raw)


def _count(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MOST_COUNT:
        raise ValueProblem(f"{raw!r} is not a whole number from 1 to {MOST_COUNT}.", ".count")
    return raw


def _floor(raw: object, reader: Reader) -> Floor:
    if not isinstance(raw, Mapping) or set(raw) != {"field", "value"} or not isinstance(raw["field"], str):
        raise ValueProblem('the floor is {"field": "spend_7d", "value": 50}.', ".floor")
    try:
        field = reader.field(raw["field"].strip())
    except ValueProblem as problem:
        raise ValueProblem(problem.message, ".floor.field") from None
    if field.kind != "number":
        raise ValueProblem(f"{field.name} is no number, so it has no floor.", ".floor.field")
    return Floor(field, reader.number(raw["value"], field, ".floor.value"))
