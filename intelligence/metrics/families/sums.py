"""Sums over a window, as Meta reports them: spend, impressions ... and any action type as `actions.<type>`.

Results come in variants too (`conversions_1d_click`, `conversions_mature`, `true_value`): see `metrics.variants`.
Reach is no sum: it is Meta's own figure for the window, and unknown for windows that Meta was not asked about.
"""

from intelligence.metrics import variants, windows
from intelligence.metrics.families.base import ColumnOf, Resolve, nothing, stored
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

BASES: dict[str, str] = {
    "spend": "money",
    "impressions": "count",
    "reach": "count",
    "clicks": "count",
    "inline_link_clicks": "count",
    "conversions": "count",
    "conversion_value": "money",
    "thruplays": "count",
}
PREFIXES: dict[str, str] = {
    "actions.": "count",
    "action_values.": "money",
    "conversions.": "count",
    "conversion_values.": "money",
}
MADE: dict[str, str] = {**variants.OFFLINE, **{name: BASES[of] for name, of in variants.TRUE.items()}}
"""Sums that are not Meta's, or not Meta's alone."""


def unit_of(base: str) -> str | None:
    """Unit of a sum, None if it is not one. An action type needs at least one character."""
    plain = variants.split_mature(base) or variants.split_attribution(base)[0]
    found = BASES.get(plain) or MADE.get(plain)
    return found or next(
        (unit for prefix, unit in PREFIXES.items() if base.startswith(prefix) and len(base) > len(prefix)), None
    )


class Sums:
    key = "sums"

    def names(self) -> tuple[str, ...]:
        return (*BASES, *MADE, *(f"{base}_{variants.MATURE}" for base in variants.RESULTS))

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        base, window = windows.split(name)
        unit = unit_of(base)
        if unit is None:
            return None
        window = window or default_window
        return Field(f"{base}_{window}", base, window, NUMBER, unit, self.key)

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        found = stored(frame, field.name)
        return nothing(frame, field) if found is None else found
