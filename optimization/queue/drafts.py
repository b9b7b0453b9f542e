"""Drafts: what rules (later optimiser and orchestrator) want, before conflicts, guard rails and the queue."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from optimization.entities import Entity
from optimization.models import RuleVersion
from optimization.steps import Key, Step, touched


@dataclass(frozen=True)
class Draft:
    """One wanted change. `entity` is where the change is made; budgets are integers in the minor unit.

    `steps`: the plan where one write is not enough; `field` is then "steps" (`optimization.steps`). `concerns`: the
    entities that its steps set, by (level, id), as they were seen. `asked_of` names the entity whose data fired it,
    when the change moved to its parent.
    """

    source: str
    entity: Entity
    kind: str
    parameters: dict[str, Any]
    field: str
    before: Any
    wanted: Any
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
    steps: tuple[Step, ...] = ()
    expected: dict[str, Any] | None = None
    asked_of: str = ""
    deciding: frozenset[str] = frozenset()
    concerns: Mapping[Key, Entity] = dataclasses.field(default_factory=dict)

    @cached_property
    def touches(self) -> frozenset[Key]:
        """All that is held while it is carried out: its entity and what its steps touch."""
        return touched(self.steps) | {(self.entity.level, self.entity.meta_id)}

    @property
    def key(self) -> tuple[str, str, str]:
        return self.entity.level, self.entity.meta_id, self.kind
