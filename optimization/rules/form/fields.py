"""The fields as a person finds them: by label or name, in groups, with unit, windows and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from intelligence.metrics.catalog import Field, UnknownField, resolve
from intelligence.metrics.families import FAMILIES
from intelligence.metrics.windows import WINDOWS, split
from optimization.rules.form.descriptions import DESCRIPTIONS
from optimization.rules.words import field_text

GROUPS = {
    "sums": "Delivery and results",
    "ratios": "Costs and rates",
    "frequency": "Costs and rates",
    "trends": "Trends",
    "targets": "Targets",
    "state": "State, age and budget",
    "relative": "Compared with others",
}
SURROUNDINGS = ("parent", "account", "rank", "percentile", "zscore")
COMPARED = ("spend", "cpa", "roas", "ctr", "cpc", "cpm", "conversions", "conversion_rate")
INCLUDING = ("2d_incl_today", "3d_incl_today", "7d_incl_today")
TEXT_OF_ITSELF = ("account_id", "currency")
"""Never asked for: a rule names its accounts, and amounts are in their currency."""


@dataclass(frozen=True)
class Known:
    """`name` is without its window. `windows`: those it can be read over, () = it has none."""

    name: str
    label: str
    group: str
    kind: str
    unit: str
    windows: tuple[str, ...]
    says: str


@lru_cache(maxsize=1)
def known_fields() -> tuple[Known, ...]:
    """All fields that can be listed, in the order of their groups. Action types of Meta's come by name on top."""
    found: dict[str, Known] = {}
    for name in _names():
        base, window = split(name)
        if base in TEXT_OF_ITSELF:
            continue
        held = found.get(base)
        if held is None:
            found[base] = _known(base, resolve(name), window)
        elif window:
            found[base] = Known(**{**vars(held), "windows": (*held.windows, window)})
    order = list(dict.fromkeys(GROUPS.values()))
    return tuple(sorted(found.values(), key=lambda one: order.index(one.group) if one.group in order else len(order)))


def _names() -> Iterable[str]:
    for family in FAMILIES:
        yield from family.names()
    for around in SURROUNDINGS:
        yield from (f"{around}_{name}" for name in COMPARED)


def _known(base: str, field: Field, window: str | None) -> Known:
    windows = (window,) if window else (*WINDOWS, *INCLUDING) if field.window else ()
    group = GROUPS.get(field.family, "Others")
    says = DESCRIPTIONS.get(base) or _surroundings(base)
    return Known(base, capital(field_text(field)), group, field.kind, field.unit, windows, says)


def _surroundings(base: str) -> str:
    around, _, inner = base.partition("_")
    return DESCRIPTIONS.get(around + "_", "") if around in SURROUNDINGS and inner else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1)
def _by_label() -> dict[str, str]:
    return {one.label.casefold(): one.name for one in reversed(known_fields())}


def name_of(typed: str) -> str:
    """The field's name for its label ("Link clicks"), or what was typed, without spaces around it."""
    bare = typed.strip()
    return _by_label().get(bare.casefold(), bare)


def label_of(name: str) -> str:
    """The label, where typing it means this very name; else the name."""
    label = next((one.label for one in known_fields() if one.name == name), name)
    return label if name_of(label) == name else name


def kind_of(typed: str, window: str = "") -> Field | None:
    """The field meant, None while there is none (or it is the rule's own metric)."""
    try:
        return resolve(joined(typed, window))
    except UnknownField:
        return None


def joined(typed: str, window: str) -> str:
    """The name with its window. A window typed with the name wins; one that the field cannot have is left out."""
    base, own = split(name_of(typed))
    if own or not window:
        return f"{base}_{own}" if own else base
    name = f"{base}_{window}"
    return base if _resolves(base) and not _resolves(name) else name


def _resolves(name: str) -> bool:
    try:
        resolve(name)
    except UnknownField:
        return False
    return True
