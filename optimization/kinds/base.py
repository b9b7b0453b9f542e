"""What an action kind is: label, levels, parameters, the change it makes, its inverse, and its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from optimization.entities import Entity
from optimization.models import Action
from optimization.steps import Plan
from optimization.world import World


class KindParameters(BaseModel):
    """Base of every kind's parameters: unknown names are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class FieldChange:
    """One absolute change of one field. Budgets are integers in the minor unit; bid and targeting are mappings.

    `entity` is where the change is made, which may be the parent that carries the budget; `note` says so.
    """

    entity: Entity
    field: str
    before: Any
    wanted: Any
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
    """Base of all kinds. `grows`: may spend more; `loss_prevention`: spends less, which some rails let pass.

    `looks_deep`: asks for bid or targeting, so its entities are loaded whole (`optimization.entities.load`).
    """

    key: ClassVar[str]
    label: ClassVar[str]
    levels: ClassVar[frozenset[str]]
    Parameters: ClassVar[type[KindParameters]]
    changes_meta: ClassVar[bool] = True
    may_act_alone: ClassVar[bool] = True
    grows: ClassVar[bool] = False
    loss_prevention: ClassVar[bool] = False
    resets_learning: ClassVar[bool] = False
    looks_deep: ClassVar[bool] = False

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        """The change that `parameters` (already validated) mean for `entity` as the mirror shows it."""
        return Refusal(f"{self.label} changes nothing at Meta.")

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        """What everybody asks. A kind that needs relatives, figures or several writes answers here, the rest above."""
        return self.change(entity, parameters, world.currency)

    def never_on(self, entity: Entity) -> str:
        """Why it is refused on this object whatever the parameters, so that it is not offered; "" = it may be done."""
        return ""

    def inverse_key(self) -> str | None:
        """Key of the kind that puts it back; None = cannot be undone."""
        return None

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        """What a rule with these parameters does, in the infinitive and without whom; "" = its label says it all.

        `money` writes an amount (major unit) with the currency.
        """
        return ""

    def headline(self, action: Action) -> Headline:
        return Headline(self.label, action.entity_name, "", "watch")
