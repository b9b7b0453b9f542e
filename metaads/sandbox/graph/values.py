"""Reading the parameters of a write: each into the value that the world keeps, or error 100 as Meta says it."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph import choices
from metaads.sandbox.graph.call import COMMON, Call
from metaads.sandbox.graph.errors import invalid

Reader = Callable[[str, Call], Any]
_NO_LIMIT = 922_337_203_685_478
_LONGEST_NAME = 400
_OPTIONS = frozenset({"validate_only", "include_recommendations", "synchronous_ad_review"})
# Where the world's attribute has another name than the parameter.
_ATTRIBUTES = {"start_time": "start", "end_time": "end", "stop_time": "stop"}


def read(call: Call, readers: dict[str, Reader], without_effect: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The validated values by attribute of the node (money in minor units, times in Unix seconds)."""
    found: dict[str, Any] = {}
    for name in sorted(call.params.keys() - COMMON - {"execution_options"} - without_effect):
        reader = readers.get(name)
        if reader is None:
            raise invalid(f"Param {name} is not a valid parameter of this object", name)
        found[_ATTRIBUTES.get(name, name)] = reader(name, call)
    return found


def only_checked(call: Call) -> bool:
    """Whether `validate_only` is asked for; other unknown options are error 100."""
    options = set(call.words("execution_options"))
    if options - _OPTIONS:
        raise invalid("execution_options must be validate_only", "execution_options")
    return "validate_only" in options


def required(found: dict[str, Any], *names: str) -> None:
    """Error 100 for the first that is missing."""
    for name in names:
        if name not in found:
            raise invalid(f"The parameter {name} is required", name)


def one_of(known: tuple[str, ...]) -> Reader:
    """A word of an enum."""

    def reader(name: str, call: Call) -> str:
        value = call.text(name)
        if value not in known:
            raise invalid(f'Param {name} must be one of {{{", ".join(known)}}} - got "{value}"', name)
        return value

    return reader


def some_of(known: tuple[str, ...]) -> Reader:
    """A list of words of an enum."""

    def reader(name: str, call: Call) -> list[str]:
        words = call.words(name)
        for word in words:
            if word not in known:
                raise invalid(f'Param {name}[] must be one of {{{", ".join(known)}}} - got "{word}"', name)
        return words

    return reader


def name_of(name: str, call: Call) -> str:
    """A name of 1 to 400 characters."""
    value = call.text(name).strip()
    if not value or len(value) > _LONGEST_NAME:
        raise invalid(f"Param name must have 1 to {_LONGEST_NAME} characters", name)
    return value


def money(name: str, call: Call) -> int:
    """Whole minor units above zero; `84.00` is refused as Meta refuses it."""
    value = call.number(name, 0)
    if value <= 0:
        raise invalid(f"Param {name} must be an integer greater than 0", name)
    return value


def limit(name: str, call: Call) -> int | None:
    """Whole minor units; 0 and Meta's largest number take the limit away (None)."""
    value = call.number(name, 0)
    if value < 0:
        raise invalid(f"Param {name} must be an integer greater than 0", name)
    return None if value in (0, _NO_LIMIT) else value


def moment(name: str, call: Call) -> int | None:
    """Unix seconds; 0 stands for no end (None)."""
    return call.moment(name, 0) or None


def truth(name: str, call: Call) -> bool:
    return call.truth(name)


def text(name: str, call: Call) -> str:
    return call.text(name)


def words(name: str, call: Call) -> list[str]:
    return call.words(name)


def struct(name: str, call: Call) -> dict[str, Any]:
    """A JSON object."""
    value = call.json(name)
    if not isinstance(value, dict):
        raise invalid(f"Param {name} must be an object", name)
    return value


def structs(name: str, call: Call) -> list[dict[str, Any]]:
    """A JSON list of objects."""
    value = call.json(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(f"Param {name} must be an array of objects", name)
    return value


status = one_of(choices.STATUSES)
first_status = one_of(choices.FIRST_STATUSES)
strategy = one_of(choices.STRATEGIES)
