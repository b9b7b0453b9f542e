"""`filtering`: conditions on a row, given as `[{"field","operator","value"}]`, every operator of reference 4.1."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.sandbox.graph.errors import GraphError, invalid


@dataclass(frozen=True)
class Condition:
    """One condition on the value that a row has under `key`. `soft`: totals are not narrowed by it (reference 4.1)."""

    key: str
    holds: Callable[[Any], bool]
    soft: bool = False


@dataclass(frozen=True)
class Top:
    """Keep only the `count` rows with the largest values of `key`."""

    key: str
    count: int


Judge = Callable[[Any, Any], bool]


def _text(found: object) -> str:
    return "" if found is None else str(found)


def _number(found: object) -> float:
    try:
        return float(_text(found) or 0)
    except ValueError:
        raise _bad("this operator needs a number") from None


def _many(value: object) -> list[str]:
    return [_text(one) for one in (value if isinstance(value, list) else [value])]


def _has(found: object, part: object) -> bool:
    return _text(part).lower() in _text(found).lower()


def _equal(found: object, value: object) -> bool:
    """As numbers where both are, else as text."""
    try:
        return float(_text(found)) == float(_text(value))
    except ValueError:
        return _text(found) == _text(value)


def _within(found: object, value: object) -> bool:
    bounds = _many(value)
    if len(bounds) != 2:
        raise _bad("this operator needs a lower and an upper bound")
    return _number(bounds[0]) <= _number(found) <= _number(bounds[1])


def _moment(found: object) -> float:
    """Unix seconds of a time stamp, a date or a moment; what has none lies before everything."""
    text = _text(found)
    if text.removeprefix("-").isdigit():
        return float(text)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return float("-inf")
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _stem(word: str) -> str:
    for ending in ("ing", "ers", "er", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending)
    return word


def _stems(found: object, value: object) -> bool:
    words = {_stem(word) for word in _text(found).lower().split()}
    return {_stem(word) for word in _text(value).lower().split()} <= words


OPERATORS: dict[str, Judge] = {
    "EQUAL": _equal,
    "NOT_EQUAL": lambda found, value: not _equal(found, value),
    "GREATER_THAN": lambda found, value: _number(found) > _number(value),
    "GREATER_THAN_OR_EQUAL": lambda found, value: _number(found) >= _number(value),
    "LESS_THAN": lambda found, value: _number(found) < _number(value),
    "LESS_THAN_OR_EQUAL": lambda found, value: _number(found) <= _number(value),
    "IN_RANGE": _within,
    "NOT_IN_RANGE": lambda found, value: not _within(found, value),
    "CONTAIN": _has,
    "NOT_CONTAIN": lambda found, value: not _has(found, value),
    "CONTAINS_ANY": lambda found, value: any(_has(found, one) for one in _many(value)),
    "CONTAINS_ALL": lambda found, value: all(_has(found, one) for one in _many(value)),
    "NOT_CONTAINS_ANY": lambda found, value: not any(_has(found, one) for one in _many(value)),
    "STEM_MATCH": _stems,
    "STARTS_WITH": lambda found, value: _text(found).lower().startswith(_text(value).lower()),
    "ENDS_WITH": lambda found, value: _text(found).lower().endswith(_text(value).lower()),
    "IN": lambda found, value: _text(found) in _many(value),
    "NOT_IN": lambda found, value: _text(found) not in _many(value),
    "ANY": lambda found, value: bool(set(_many(found)) & set(_many(value))),
    "ALL": lambda found, value: set(_many(value)) <= set(_many(found)),
    "NONE": lambda found, value: not set(_many(found)) & set(_many(value)),
    "AFTER": lambda found, value: _moment(found) > _moment(value),
    "BEFORE": lambda found, value: _moment(found) < _moment(value),
    "ON_OR_AFTER": lambda found, value: _moment(found) >= _moment(value),
    "ON_OR_BEFORE": lambda found, value: _moment(found) <= _moment(value),
}
_ALL = frozenset({*OPERATORS, "TOP"})
_SOFT = frozenset({"STARTS_WITH", "CONTAIN"})
_NUMERIC = frozenset({"GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"})


def conditions(filters: object, names: Mapping[str, str] | Callable[[str], str | None]) -> list[Condition]:
    """One condition per filter, TOP left out. `names` maps Meta's field to the key in the row; others are error 100."""
    return [_condition(field, operator, value) for field, operator, value in _read(filters, names) if operator != "TOP"]


def tops(filters: object, names: Mapping[str, str] | Callable[[str], str | None]) -> list[Top]:
    """The filters that keep the largest only."""
    found = [(field, value) for field, operator, value in _read(filters, names) if operator == "TOP"]
    return [Top(field, max(1, int(_number(value)))) for field, value in found]


def _read(filters: object, names: Mapping[str, str] | Callable[[str], str | None]) -> list[tuple[str, str, Any]]:
    if filters is None:
        return []
    if not isinstance(filters, list):
        raise _bad("filtering must be a list")
    return [_parsed(one, names) for one in filters]


def _parsed(one: object, names: Mapping[str, str] | Callable[[str], str | None]) -> tuple[str, str, Any]:
    if not isinstance(one, dict) or not {"field", "operator", "value"} <= set(one):
        raise _bad("each filter needs field, operator and value")
    field, operator = str(one["field"]), str(one["operator"]).upper()
    key = names(field) if callable(names) else names.get(field)
    if key is None:
        raise _bad(f"Filtering field {field} with operation {one['operator']} is not supported")
    if operator not in _ALL:
        raise _bad(f"Filtering operator {operator} is not supported")
    return key, operator, one["value"]


def _condition(key: str, operator: str, value: Any) -> Condition:
    if operator in _NUMERIC:
        _number(value)
    judge = OPERATORS[operator]
    return Condition(key, lambda found: judge(found, value), soft=operator in _SOFT)


def _bad(text: str) -> GraphError:
    return invalid(text, "filtering")
