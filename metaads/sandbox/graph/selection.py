"""The `fields` parameter: names, nested braces and modifiers, as in `id,creative{id,name},ads.limit(5){id}`."""

import re
from dataclasses import dataclass

from metaads.sandbox.graph.errors import invalid

_NAME = re.compile(r"[A-Za-z0-9_]+")
_MODIFIER = re.compile(r"\.([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True)
class Wanted:
    """One asked field. `inside` is None without braces."""

    name: str
    modifiers: tuple[tuple[str, str], ...] = ()
    inside: tuple["Wanted", ...] | None = None


def parse(text: str) -> tuple[Wanted, ...]:
    """The fields asked for, in order; error 100 where the text is not well formed."""
    stripped = text.strip()
    if stripped.startswith("["):
        stripped = re.sub(r'[\[\]"\s]', "", stripped)
    wanted, rest = _list(re.sub(r"\s", "", stripped))
    if rest:
        raise invalid(f"Syntax error in fields near '{rest[:20]}'", "fields")
    return wanted


def _list(text: str) -> tuple[tuple[Wanted, ...], str]:
    found: list[Wanted] = []
    while text and text[0] != "}":
        one, text = _one(text)
        found.append(one)
        if text[:1] == ",":
            text = text[1:]
        elif text[:1] not in ("", "}"):
            raise invalid(f"Syntax error in fields near '{text[:20]}'", "fields")
    return tuple(found), text


def _one(text: str) -> tuple[Wanted, str]:
    name = _NAME.match(text)
    if name is None:
        raise invalid(f"Syntax error in fields near '{text[:20]}'", "fields")
    text = text[name.end() :]
    modifiers: list[tuple[str, str]] = []
    while match := _MODIFIER.match(text):
        modifiers.append((match[1], match[2]))
        text = text[match.end() :]
    if text[:1] != "{":
        return Wanted(name[0], tuple(modifiers)), text
    inside, text = _list(text[1:])
    if text[:1] != "}":
        raise invalid("Syntax error in fields: a brace is not closed", "fields")
    return Wanted(name[0], tuple(modifiers), inside), text[1:]
