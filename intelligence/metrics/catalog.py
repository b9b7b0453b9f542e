"""The catalog: every field by name, and its column in a frame. Nothing else computes a CTR.

Results can be asked for under an attribution window, corrected for maturity or with offline sales (`roas_1d_click_7d`,
`cpa_mature_3d`, `true_roas_30d`): the scheme of these names is in `metrics.variants`.
"""

from functools import lru_cache

from intelligence.metrics import windows
from intelligence.metrics.families import FAMILIES, nothing
from intelligence.metrics.field import Field, UnknownField, unknown
from intelligence.metrics.frame import Frame, Numbers, Texts

__all__ = ["Field", "UnknownField", "all_names", "column", "resolve"]

DEFAULT_WINDOW = "7d"
_BY_KEY = {family.key: family for family in FAMILIES}
if len(_BY_KEY) != len(FAMILIES):
    raise RuntimeError("Two families of fields share a key.")


@lru_cache(maxsize=4096)
def resolve(name: str, default_window: str = DEFAULT_WINDOW) -> Field:
    """The field of this name; a name without window gets `default_window`.

    Raises UnknownField, with the nearest valid names, also for a window that does not exist.
    """
    if not windows.is_window(default_window):
        raise UnknownField(default_window, ())
    for family in FAMILIES:
        field = family.resolve(name, default_window, resolve)
        if field is not None:
            return field
    raise unknown(name, all_names())


@lru_cache(maxsize=1)
def all_names() -> tuple[str, ...]:
    """Every name that can be listed: plain ones, and each windowed one with each standard window."""
    names: list[str] = []
    for family in FAMILIES:
        for name in family.names():
            names.append(name)
            if resolve_window(name):
                names.extend(f"{name}_{window}" for window in windows.WINDOWS)
    return tuple(names)


def resolve_window(name: str) -> str | None:
    """The window that a bare name would get; None if the field has no window of its own to choose."""
    for family in FAMILIES:
        field = family.resolve(name, DEFAULT_WINDOW, resolve)
        if field is not None:
            return field.window if field.name != name else None
    return None


def column(frame: Frame, field: Field) -> Numbers | Texts:
    """One value an entity, in the order of `frame.ids`; NaN or "" where unknown. Never raises for missing data."""
    held = frame.columns.get(field.name) if field.formula is None else None
    if held is not None:
        return held
    family = _BY_KEY.get(field.family)
    return nothing(frame, field) if family is None else family.compute(frame, field, column)
