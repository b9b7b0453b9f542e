"""Reading and comparing texts: shared by the operators that take them. "" is unknown."""

import difflib

import numpy as np

from intelligence.metrics.catalog import Field
from optimization.operators.base import Condition, Mask, Sheet, ValueProblem

LONGEST = 400
# Fields whose values we know completely. Meta may add statuses, so only our own words are closed.
CLOSED: dict[str, tuple[str, ...]] = {
    "learning_phase": ("LEARNING", "ACTIVE", "LEARNING_LIMITED", "INACTIVE"),
}


def one_text(field: Field, raw: object, place: str = "") -> str:
    """A non-empty text that the field can have."""
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


def text_holds(condition: Condition, sheet: Sheet) -> Mask:
    """Where the field is one of the condition's texts."""
    column, texts = sheet.column(condition.field), condition.operand.texts
    if len(texts) == 1:
        mask: Mask = np.equal(column, texts[0])
        return mask
    return np.isin(column, np.array(texts))


def text_fails(condition: Condition, sheet: Sheet) -> Mask:
    """Where the field is known and none of the condition's texts."""
    mask = ~text_holds(condition, sheet)
    mask &= known_texts(condition, sheet)
    return mask


def known_texts(condition: Condition, sheet: Sheet) -> Mask:
    """Where the field is known at all."""
    mask: Mask = np.not_equal(sheet.column(condition.field), "")
    return mask
