"""Targets that a person set: those of the entity's campaign, else of the account; unknown until somebody sets one."""

from intelligence.metrics.families.base import ColumnOf, Resolve, nothing, stored
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

UNITS: dict[str, str] = {"target_cpa": "money", "target_roas": "ratio"}


class Targets:
    key = "targets"

    def names(self) -> tuple[str, ...]:
        return tuple(UNITS)

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        return Field(name, name, None, NUMBER, UNITS[name], self.key) if name in UNITS else None

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        found = stored(frame, field.name)
        return nothing(frame, field) if found is None else found
