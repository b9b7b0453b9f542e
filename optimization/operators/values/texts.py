"""Reading and comparing texts. "" is unknown."""

import difflib

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers, Texts
from optimization.operators.values.problem import ValueProblem

LONGEST = 400
# Fields whose values we know completely. Meta may add statuses, so only our own words are closed.
CLOSED: dict[str, tuple[str, ...]] = {
    "learning_phase": ("LEARNING", "ACTIVE", "LEARNING_LIMITED", "INACTIVE"),
}


def one_text(field: Field, raw: object, place: str = "") -> str:
    """A non-empty text that the field can have; raises ValueProblem."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueProblem(f"{field.name} is text: write a text as its value, not {raw!r}.", place)
    if len(raw) > LONGEST:
        raise ValueProblem(f"the text has {len(raw)} characters; at most {LONGEST} are read.", place)
    known = CLOSED.get(field.base)
    if known and raw not in known:
        near = difflib.get_close_matches(raw.upper(), known, 1, 0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueProblem(f"{field.name} is never {raw!r}; it is one of {', '.join(known)}.{hint}", place)
    return raw


def is_one_of(column: Numbers | Texts, texts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the text is one of `texts` (none of which is empty)."""
    if len(texts) > 1:
        return np.isin(column, np.array(texts))
    mask: NDArray[np.bool_] = np.equal(column, texts[0])
    return mask


def is_none_of(column: Numbers | Texts, texts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the text is known and none of `texts`."""
    mask = ~is_one_of(column, texts)
    mask &= known(column)
    return mask


def known(column: Numbers | Texts) -> NDArray[np.bool_]:
    """Where the text is known at all."""
    mask: NDArray[np.bool_] = np.not_equal(column, "")
    return mask
