"""Texts of a form's controls <-> JSON values. What cannot be read stays a text; the schema refuses it with reasons."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optimization.operators.values.inputs import Input
from optimization.rules.form.fields import name_of

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_STEPS = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")
LISTS = ("terms", "texts")
MOST_ITEMS = 60


def number_or_text(text: str) -> int | float | str:
    """JSON's number if the text is one, else the text without spaces around it. 1e999 stays a text."""
    bare = text.strip()
    if not _NUMBER.fullmatch(bare) or len(bare) > MOST_ITEMS:
        return bare
    read: int | float = json.loads(bare)
    return read if read in (0, read / 2 * 2) and abs(read) < float("inf") else bare


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def decode(one: Input, text: str, wordy: bool) -> Any:
    """The JSON value of one control; None = nothing was entered. `wordy`: its condition's field holds text."""
    if one.reads == "yes":
        return text == "1"
    if not text.strip():
        return None
    if one.reads in LISTS:
        items = lines(text)
        return [item if wordy or one.reads == "texts" else number_or_text(item) for item in items]
    if one.reads in ("json",) or (one.reads == "term" and not wordy and text.lstrip().startswith("[")):
        return _json(text)
    if one.reads in ("text", "choice") or (one.reads == "term" and wordy):
        return text
    if one.reads == "field":
        return name_of(text)
    read = number_or_text(text)
    # An amount keeps how it was written: 12.50 is not 12.5 in somebody's YAML.
    return text.strip() if one.reads == "amount" and json.dumps(read) != text.strip() else read


def encode(one: Input, value: Any) -> str:
    """What stands in the control for a value of the document."""
    if one.reads == "yes":
        return "1" if value is True else ""
    if one.reads in LISTS and isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if one.reads == "json" else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def steps(key: str) -> list[int | str]:
    """`floor.value` -> ["floor", "value"], `[0]` -> [0], "" -> []."""
    return [int(number) if number else name for number, name in _STEPS.findall(key)]


def pick(value: Any, path: Iterable[int | str]) -> Any:
    """What stands there, None if nothing does."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def compose(inputs: Sequence[Input], texts: Mapping[str, str], wordy: bool) -> Any:
    """The value that the controls mean together; None = nothing was entered at all."""
    value: Any = None
    for one in inputs:
        said = decode(one, texts.get(one.key, one.fallback), wordy)
        if said is None or (one.reads == "yes" and said is (one.fallback == "1")):
            continue
        value = put(value, steps(one.key), said)
    return value


def put(value: Any, path: Sequence[int | str], said: Any) -> Any:
    """`value` with `said` at the path; what is on the way is made."""
    if not path:
        return said
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        made: list[Any] = [*value] if isinstance(value, list) else []
        made += [None] * (first + 1 - len(made))
        made[first] = put(made[first], rest, said)
        return made
    held = dict(value) if isinstance(value, Mapping) else {}
    held[first] = put(held.get(first), rest, said)
    return held


def decompose(inputs: Sequence[Input], value: Any, wordy: bool) -> dict[str, str] | None:
    """The controls' texts for a value; None if they cannot show all of it."""
    texts = {}
    for one in inputs:
        found = pick(value, steps(one.key))
        if found is None and one.reads == "yes":
            texts[one.key] = one.fallback
        else:
            texts[one.key] = "" if found is None else encode(one, found)
    return texts if alike(compose(inputs, texts, wordy), value) else None


def alike(made: Any, value: Any) -> bool:
    """Equal as JSON, but for numbers that were written as texts ("50" and 50)."""
    if isinstance(made, bool) or isinstance(value, bool):
        return made is value
    if isinstance(value, str) and isinstance(made, int | float):
        return number_or_text(value) == made
    if isinstance(made, str) and isinstance(value, str):
        return made == value.strip() or made == value
    if isinstance(made, Mapping) and isinstance(value, Mapping):
        return made.keys() == value.keys() and all(alike(made[key], value[key]) for key in made)
    if isinstance(made, list) and isinstance(value, list):
        return len(made) == len(value) and all(map(alike, made, value))
    alone = isinstance(made, list) and len(made) == 1 and isinstance(value, str)  # a list of one may be written bare
    return bool(made[0] == value if alone else made == value)
