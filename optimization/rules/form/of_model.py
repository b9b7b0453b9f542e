"""The controls of an action's parameters, made from its kind's pydantic model: a new kind needs no form of its own."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from optimization.kinds import KINDS
from optimization.operators.values.inputs import Input, Reads
from optimization.rules.form.fields import capital

SHORT = frozenset({"cpa", "roas"})
_DAYS = re.compile(r"\d+d")
READS: dict[str, Reads] = {"boolean": "yes", "integer": "whole", "number": "number", "string": "text"}


@lru_cache(maxsize=64)
def inputs_of(kind: str) -> tuple[Input, ...]:
    """One control a parameter, in the model's order; () for a kind that takes or is none."""
    known = KINDS.get(kind)
    if known is None:
        return ()
    schema = known.Parameters.model_json_schema(mode="validation")
    needed = schema.get("required", ())
    shown = {name: one for name, one in schema.get("properties", {}).items() if not one.get("by_machine")}
    return tuple(_input(name, one, name in needed) for name, one in shown.items())


def _input(name: str, schema: Mapping[str, Any], needed: bool) -> Input:
    shape = _shape(schema)
    choices = tuple((str(one), _choice(str(one))) for one in shape.get("enum", ()))
    fallback = _fallback(schema.get("default"))
    return Input(
        name,
        _label(name, schema),
        "choice" if choices else _reads(shape),
        unit=schema.get("unit") or shape.get("unit") or "",
        choices=choices,
        help=schema.get("description") or shape.get("description") or "",
        fallback=fallback,
        optional=not needed,
        unset=schema.get("unset") or "as it is",
        example=json.dumps(schema["examples"][0], indent=2, ensure_ascii=False) if schema.get("examples") else "",
    )


def _choice(word: str) -> str:
    """ "roas_floor" -> "ROAS floor"; "7d" -> "7 days"; "OUTCOME_SALES" -> "Sales" """
    if _DAYS.fullmatch(word):
        return f"{word[:-1]} days"
    word = word.removeprefix("OUTCOME_")
    return capital(" ".join(part.upper() if part in SHORT else part for part in word.lower().split("_")))


def _label(name: str, schema: Mapping[str, Any]) -> str:
    return str(schema.get("title") or capital(name.replace("_", " "))).replace("_", " ")


def _shape(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema itself, or the simplest of its alternatives: a Decimal is a number or a text, and may be null."""
    options = [_shape(one) | {"unit": one.get("unit")} for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    by_type = {one.get("type"): one for one in options}
    number = by_type.get("number") or by_type.get("integer")
    if number is None:
        return options[0] if options else dict(schema)
    return {**number, "exact": number.get("exact") or "string" in by_type}


def _reads(shape: Mapping[str, Any]) -> Reads:
    if shape.get("type") == "array":
        item = shape.get("items", {}).get("type")
        return "texts" if item == "string" else "terms" if item in ("number", "integer") else "json"
    reads = READS.get(str(shape.get("type")), "json")
    return "amount" if reads == "number" and shape.get("exact") else reads


def _fallback(value: Any) -> str:
    return "1" if value is True else "" if value in (None, False, [], ()) else str(value)
