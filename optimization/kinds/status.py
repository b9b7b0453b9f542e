"""Shared by the kinds that change a status."""

from collections.abc import Mapping
from typing import Any

from metaads.graph.money import money_text
from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.models import Action


class NoParameters(KindParameters):
    """Nothing to set."""


class StatusKind(Kind):
    """Sets `status` to one absolute value. Meta: POST /{id} status=ACTIVE|PAUSED, idempotent."""

    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value})
    Parameters = NoParameters
    wanted: str
    settled: str
    tone: str

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        if entity.status == self.wanted:
            return Refusal(f"It is already {self.settled}.")
        if entity.status not in {"ACTIVE", "PAUSED"}:
            return Refusal(f"Its status is {entity.status or 'unknown'}; Meta changes only active and paused objects.")
        return FieldChange(entity, "status", entity.status, self.wanted)

    def headline(self, action: Action) -> Headline:
        stake = f"spending {money_text(action.at_stake, action.currency)} a day" if action.at_stake else ""
        return Headline(self.label, action.entity_name, stake, self.tone)
