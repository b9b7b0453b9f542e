"""Drafts: what rules (later optimiser and orchestrator) want, before conflicts, guard rails and the queue."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from optimization.entities import Entity
from optimization.models import RuleVersion


@dataclass(frozen=True)
class Draft:
    """One wanted change. `entity` is where the change is made; budgets are integers in the minor unit.

    `asked_of` names the entity whose data fired it, when the change moved to its parent.
    """

    source: str
    entity: Entity
    kind: str
    parameters: dict[str, Any]
    field: str
    before: int | str
    wanted: int | str
    reason_code: str
    reason: str
    priority: int
    trace: dict[str, Any]
    metrics: dict[str, Any]
    data_read_at: datetime | None
    rule_version: RuleVersion | None = None
    confidence: float | None = None
    confidence_note: str = "not computed yet"
    spend: Decimal | None = None
    impressions: float | None = None
    at_stake: int | None = None
    suggested_only: bool = False
    may_act_alone: bool = False
    tags: list[str] = dataclasses.field(default_factory=list)
    asked_of: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.entity.level, self.entity.meta_id, self.kind
