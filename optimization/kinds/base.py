"""What an action kind is: label, levels, parameters, the change it makes, its inverse, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from optimization.entities import Entity
from optimization.models import Action


class KindParameters(BaseModel):
    """Base of every kind's parameters: unknown names are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class FieldChange:
    """One absolute change of one field. Budgets are integers in the minor unit.

    `entity` is where the change is made, which may be the parent that carries the budget; `note` says so.
    """

    entity: Entity
    field: str
    before: int | str
    wanted: int | str
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why this kind has nothing to do on this entity."""

    reason: str


@dataclass(frozen=True)
class Headline:
    """An action in one line. `tone`: good, watch or bad."""

    verb: str
    name: str
    change: str
    tone: str


class Kind:
    """Base of all kinds. `grows`: may spend more; `loss_prevention`: spends less, which some rails let pass."""

    key: ClassVar[str]
    label: ClassVar[str]
    levels: ClassVar[frozenset[str]]
    Parameters: ClassVar[type[KindParameters]]
    changes_meta: ClassVar[bool] = True
    may_act_alone: ClassVar[bool] = True
    grows: ClassVar[bool] = False
    loss_prevention: ClassVar[bool] = False
    resets_learning: ClassVar[bool] = False

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        """The change that `parameters` (already validated) mean for `entity` as the mirror shows it."""
        return Refusal(f"{self.label} changes nothing at Meta.")

    def inverse_key(self) -> str | None:
        """Key of the kind that puts it back; None = cannot be undone."""
        return None

    def headline(self, action: Action) -> Headline:
        return Headline(self.label, action.entity_name, "", "watch")
