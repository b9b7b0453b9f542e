"""What a person is asked for when they write an operator's value or an action's parameters: forms are made of it.

A plug-in declares its inputs and no form needs to know the plug-in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

# term: a number, a field or an expression (a JSON list of them is kept); terms: one a line; whole, number: a number;
# amount: likewise, as it was written (12.50); yes: true or false; field: a field's name; text: as it stands;
# texts: one a line; json: anything.
Reads = Literal["term", "terms", "whole", "number", "amount", "choice", "yes", "field", "text", "texts", "json"]


@dataclass(frozen=True)
class Input:
    """`key`: the place inside the value: "" the value itself, "days", "floor.value", "[0]".

    `unit`: money, percent, or "field" for that of the condition's field. `choices`: (value, label).
    `fallback`: what an unset input means, as it is written in a form. `unset`: what an empty choice says.
    `example`: JSON that may be written there."""

    key: str
    label: str
    reads: Reads = "term"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    fallback: str = ""
    optional: bool = False
    unset: str = "as it is"
    example: str = ""


VALUE = (Input("", "Value", "term", unit="field"),)
TEXT_VALUE = (Input("", "Text", "text"),)
LIST_VALUE = (Input("", "Values, one a line", "terms", unit="field"),)
TWO_VALUES = (Input("[0]", "From", "term", unit="field"), Input("[1]", "to", "term", unit="field"))
TAGS_VALUE = (Input("", "Tags, one a line", "texts"),)
NO_VALUE: tuple[Input, ...] = ()


class Named(Protocol):
    key: ClassVar[str]
    label: ClassVar[str]


def periods(unit: str, compared: Iterable[Named]) -> tuple[Input, ...]:
    """So many days or hours, and what held in each of them."""
    choices = tuple((one.key, one.label) for one in compared)
    return (
        Input(f"{unit}s", f"{unit.capitalize()}s", "whole"),
        Input("operator", "in each of them it", "choice", choices=choices, fallback="<"),
        Input("value", "Value", "term", unit="field", help="For a range write [low, high]."),
    )


def likely(compared: Iterable[Named]) -> tuple[Input, ...]:
    """A comparison, and how sure it must be."""
    choices = tuple((one.key, one.label.removeprefix("is ")) for one in compared)
    return (
        Input("operator", "Comparison", "choice", choices=choices, fallback=">"),
        Input("value", "Value", "term", unit="field"),
        Input("probability", "with a probability of at least", "number", unit="percent", fallback="90"),
    )
