"""What a person may ask for by hand: kinds by level, parameters by the kind's own model, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from optimization.entities import Entity
from optimization.kinds import ALL, KINDS, Kind
from optimization.queue.errors import Invalid

FIRST = ("pause", "activate", "increase_budget", "decrease_budget", "set_budget")
"""What people do most, in this order; the other kinds follow."""
LONGEST_HOURS = 24 * 90


class BadParameters(Invalid):
    """What is wrong with each parameter, by its name; "" for what concerns several."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = dict(fields)
        said = [f"{name}: {text}" if name else text for name, texts in self.fields.items() for text in texts]
        super().__init__(" ".join(said))


class HeldBack(Invalid):
    """A hard guard rail stands in the way."""


@dataclass(frozen=True)
class Wanted:
    """What a person asks for. `parameters` as the kind's model takes them.

    `timed`: {"hours": n} or {"hours": None} (the account's day) after which it is undone unless kept; None = it stays.
    """

    level: str
    entity_id: str
    kind: str
    parameters: Mapping[str, Any]
    timed: Mapping[str, Any] | None = None


def kinds_for(level: str, entity: Entity | None = None) -> list[Kind]:
    """What a person can do on an object of this level at Meta, the most used first; on this one, if it is given."""
    able = [kind for kind in ALL if level in kind.levels and kind.changes_meta]
    able = [kind for kind in able if entity is None or not kind.never_on(entity)]
    place = {key: i for i, key in enumerate(FIRST)}
    return sorted(able, key=lambda kind: place.get(kind.key, len(FIRST)))


def tellers_for(level: str) -> list[Kind]:
    """What a person can do about an object of this level without changing it at Meta."""
    return [kind for kind in ALL if level in kind.levels and not kind.changes_meta]


def teller_of(wanted: Wanted) -> Kind:
    found = next((kind for kind in tellers_for(wanted.level) if kind.key == wanted.kind), None)
    if found is None:
        able = ", ".join(one.key for one in tellers_for(wanted.level)) or "none"
        raise Invalid(f"kind: {wanted.kind!r} tells nobody of an object of this level; there are {able}.")
    return found


def checked(kind: Kind, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as JSON values, by the kind's own model. Raises BadParameters."""
    try:
        model = kind.Parameters.model_validate(dict(parameters))
    except ValidationError as error:
        raise BadParameters(_problems(error, kind)) from None
    return model.model_dump(mode="json", exclude_unset=True)


PLAIN = {
    "missing": "Fill it in.",
    "decimal_parsing": "Write a number, such as 12.50.",
    "decimal_type": "Write a number, such as 12.50.",
    "float_parsing": "Write a number, such as 1.5.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "literal_error": "Choose one of those offered.",
    "list_type": "It is a JSON list, in square brackets: look at the example.",
    "too_short": "Choose at least one.",
    "string_too_short": "Fill it in.",
    "string_pattern_mismatch": "It is not written as Meta takes it: see the note beside it.",
    "extra_forbidden": "This is not known here.",
}
"""What the model's own checks say, for people. What is not listed reads as it is."""
DEEP = 2


def _missing(place: tuple[int | str, ...]) -> str:
    """Of what lies in a list: `ad set 1 needs "targeting"`."""
    above = (str(part + 1) if isinstance(part, int) else part.removesuffix("s") for part in place[:-1])
    return f'{" ".join(above).replace("_", " ").capitalize()} needs "{place[-1]}".'


def _problems(error: ValidationError, kind: Kind) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in error.errors():
        needs = _missing(one["loc"]) if len(one["loc"]) >= DEEP else ""
        plain = PLAIN | ({"missing": needs, "too_short": needs} if needs else {})
        name = str(one["loc"][0]) if one["loc"] else ""
        text = one["msg"].removeprefix("Value error, ").removeprefix("Decimal ")
        first, colon, rest = text.partition(": ")
        if not name and colon and first in kind.Parameters.model_fields:
            name, text = first, rest
        text = plain.get(one["type"], text)
        if text not in found.setdefault(name, []):
            found[name].append(text)
    return found


def kind_of(wanted: Wanted) -> Kind:
    kind = KINDS.get(wanted.kind)
    if kind is None:
        raise Invalid(f"kind: there is no {wanted.kind!r}; there are {', '.join(KINDS)}.")
    if wanted.level not in kind.levels or not kind.changes_meta:
        able = ", ".join(one.key for one in kinds_for(wanted.level)) or "none"
        raise Invalid(f"kind: {kind.key} is not for this level; by hand there are {able}.")
    return kind


def timed_as(kind: Kind, timed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if timed is None:
        return None
    hours = timed.get("hours")
    if hours is not None and (type(hours) is not int or not 1 <= hours <= LONGEST_HOURS):
        raise BadParameters({"hours": [f"Give whole hours from 1 to {LONGEST_HOURS}."]})
    if kind.inverse_key() is None:
        raise BadParameters({"timed": [f"{kind.label} cannot be undone, so it cannot be for a time."]})
    return {"hours": hours}
