"""`filtering`: conditions on a row, given as `[{"field","operator","value"}]` (reference 4.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from metaads.sandbox.graph.errors import invalid


@dataclass(frozen=True)
class Test:
    """One condition on the value that a row has under `key`."""

    key: str
    holds: Callable[[Any], bool]


_NUMBER: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN": lambda a, b: a > b,
    "GREATER_THAN_OR_EQUAL": lambda a, b: a >= b,
    "LESS_THAN": lambda a, b: a < b,
    "LESS_THAN_OR_EQUAL": lambda a, b: a <= b,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "EQUAL": lambda a, b: a == b,
    "NOT_EQUAL": lambda a, b: a != b,
    "CONTAIN": lambda a, b: b.lower() in a.lower(),
    "NOT_CONTAIN": lambda a, b: b.lower() not in a.lower(),
    "STARTS_WITH": lambda a, b: a.startswith(b),
    "ENDS_WITH": lambda a, b: a.endswith(b),
}
_LIST: dict[str, Callable[[str, list[str]], bool]] = {
    "IN": lambda a, many: a in many,
    "NOT_IN": lambda a, many: a not in many,
}


def tests(filters: object, names: Mapping[str, str]) -> list[Test]:
    """One test per filter. `names` maps Meta's field (`ad.id`, `spend`) to the key in the row; others are error 100."""
    if filters is None:
        return []
    if not isinstance(filters, list):
        raise invalid("filtering must be a list", "filtering")
    return [_test(one, names) for one in filters]


def _test(one: object, names: Mapping[str, str]) -> Test:
    if not isinstance(one, dict) or not {"field", "operator", "value"} <= set(one):
        raise invalid("each filter needs field, operator and value", "filtering")
    key = names.get(str(one["field"]))
    if key is None:
        raise invalid(f"Filtering field {one['field']} with operation {one['operator']} is not supported", "filtering")
    operator, value = str(one["operator"]).upper(), one["value"]
    if operator in _NUMBER:
        return _number(key, _NUMBER[operator], value)
    if operator in _LIST:
        many = [str(v) for v in (value if isinstance(value, list) else [value])]
        return Test(key, lambda found: _LIST[operator](_text(found), many))
    if operator in _TEXT:
        return Test(key, lambda found: _TEXT[operator](_text(found), str(value)))
    raise invalid(f"Filtering operator {operator} is not supported", "filtering")


def _number(key: str, compare: Callable[[float, float], bool], value: object) -> Test:
    try:
        limit = float(str(value))
    except ValueError:
        raise invalid("this operator needs a number", "filtering") from None
    return Test(key, lambda found: compare(float(found or 0), limit))


def _text(found: object) -> str:
    return "" if found is None else str(found)
