"""YAML as rules need it: plain values with the line of each, and nothing that a hostile file could do.

Read: texts, numbers, true / false, null, lists and mappings with text keys. Refused: anchors and aliases (they
multiply), tags (they build objects), a key twice, a second document, more than is sane. Scalars follow YAML 1.2's core:
`12:30`, `yes` and `2026-01-01` are texts, as a person who writes them means. Written so that YAML 1.1 readers agree.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_BYTES = 500_000
MOST_VALUES = 50_000
DEEPEST = 40
LONGEST_NUMBER = 40
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: the same, 20 times faster


class BadYaml(ValueError):
    """The text is no YAML that is read here. `line` counts from 1, `place` is a path such as `rules[0].name`."""

    def __init__(self, line: int, message: str, place: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.place = line, message, place


@dataclass
class YamlText:
    """`value`: what the text says. `lines`: the line of each place, by its path."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, place: str) -> int:
        """The line of a place, or of the nearest one around it that the text holds."""
        while place and place not in self.lines:
            place = re.sub(r"(\.[^.\[\]]*|\[\d*\]|^[^.\[]+|\.|\])$", "", place)
        return self.lines.get(place, 1)


def read_yaml(data: str | bytes) -> YamlText:
    """What one small YAML document says. Raises BadYaml."""
    text = _decoded(data)
    reader = _Reader(iter(()))
    try:
        reader.events = yaml.parse(text, Loader=_PARSER)
        return reader.read()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise BadYaml(mark.line + 1 if mark else 1, f"this is no YAML: {problem}.") from None
    except UnicodeError:
        raise BadYaml(1, "the text holds half a character.") from None


def write_yaml(value: Any) -> str:
    """Readable and stable: keys as they come, no anchors, no line numbers that move."""
    written: str = yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=110)
    return written


def _decoded(data: str | bytes) -> str:
    size = len(data if isinstance(data, bytes) else data.encode(errors="replace"))
    if size > MOST_BYTES:
        raise BadYaml(1, f"the file has {size:,} bytes; at most {MOST_BYTES:,} are read. Split it.")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadYaml(line, "the file is not UTF-8; save it as UTF-8 and try again.") from None


class _Reader:
    """Builds values from parser events. Nesting is bounded before Python's own would be."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.found = YamlText()
        self.count = 0

    def read(self) -> YamlText:
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BadYaml(_line(event), "a second document begins here; one file holds one.")
                self.found.value = self._value(next(self.events), "", 1)
        return self.found

    def _value(self, event: Any, place: str, depth: int) -> Any:
        self._check(event, place, depth)
        self.found.lines[place] = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth)
        return self._mapping(place, depth)

    def _check(self, event: Any, place: str, depth: int) -> None:
        self.count += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadYaml(_line(event), "anchors (&) and aliases (*) are not read; write the value out.", place)
        if getattr(event, "tag", None) is not None:
            raise BadYaml(_line(event), f"the tag {event.tag} is not read; write a plain value.", place)
        if depth > DEEPEST:
            raise BadYaml(_line(event), f"nested deeper than {DEEPEST} levels.", place)
        if self.count > MOST_VALUES:
            raise BadYaml(_line(event), f"more than {MOST_VALUES:,} values; split the file.", place)

    def _list(self, place: str, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, f"{place}[{len(values)}]", depth + 1))
        return values

    def _mapping(self, place: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self._check(event, place, depth)
            if not isinstance(event, yaml.ScalarEvent):
                raise BadYaml(_line(event), "a key must be a text.", place)
            key = _text(event, place)
            inner = f"{place}.{key}" if place else key
            if key in values:
                raise BadYaml(_line(event), f"{key!r} stands here twice.", inner)
            values[key] = self._value(next(self.events), inner, depth + 1)
            self.found.lines[inner] = _line(event)
        return values


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _text(event: Any, place: str) -> str:
    text = str(event.value)
    if "\0" in text:
        raise BadYaml(_line(event), "a text holds the character NUL, which no database keeps.", place)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadYaml(_line(event), "a text holds half a character (\\ud800 to \\udfff).", place)
    return text


def _scalar(event: Any, place: str) -> str | int | float | bool | None:
    """Quoted is text; plain is what it looks like."""
    text = _text(event, place)
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise BadYaml(_line(event), f"{text} is no number here.", place)
    if not _FLOAT.fullmatch(text):
        return text
    number: int | float = int(text) if _INT.fullmatch(text) and len(text) <= LONGEST_NUMBER else float(text)
    if len(text) > LONGEST_NUMBER or number in (float("inf"), float("-inf")):
        raise BadYaml(_line(event), "a number with far too many digits.", place)
    return number


class _Writer(yaml.SafeDumper):
    """Lists are indented under their key; a text that any reader could take for something else is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _write_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    """Several lines stand as they are; line ends of other alphabets are escaped, or they would be folded away."""
    style = None
    if re.search("[\x85\u2028\u2029]", text):
        style = '"'
    elif "\n" in text and not re.search(r"[ \t]\n|^\s|\n\Z|\r", text):
        style = "|"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _write_text)
# What _scalar reads as a number, word or refusal and YAML 1.1 does not know as such.
_Writer.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"^(?:{_FLOAT.pattern})$"), list("-+.0123456789"))


def ordered(value: Any, known: Mapping[str, int]) -> Any:
    """The same with the keys of every mapping in one order: the known ones as told, the others by name.

    PostgreSQL gives keys back in an order of its own.
    """
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (known.get(key, len(known)), key))
        return {key: ordered(value[key], known) for key in keys}
    return [ordered(one, known) for one in value] if isinstance(value, list) else value
