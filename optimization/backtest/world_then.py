"""The world at a moment of the past: relatives and figures from the tables of then, with the replay's own changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from intelligence.metrics.frame import Frame, Numbers, Texts
from metaads.models import AdAccount, Level
from optimization.backtest.moments import Tables
from optimization.entities import BELOW, GONE, Entity
from optimization.limits import Limits
from optimization.live_world import figure_of, least_budget_of
from optimization.models import ACCOUNT_LEVEL
from optimization.world import NotKnown

Entities = Callable[[str, Iterable[str]], Mapping[str, Entity]]


@dataclass(frozen=True)
class WorldThen:
    """`optimization.world.World` of a replay. `entities`: by level and ids as they were then.

    Limits and Meta's minimum are those of today: they are not kept by time.
    """

    account: AdAccount
    tables: Tables
    entities: Entities
    limits: Limits
    _columns: dict[tuple[str, str], Numbers | Texts] = field(default_factory=dict, repr=False)

    @property
    def currency(self) -> str:
        return self.account.currency

    @property
    def now(self) -> datetime:
        return self.tables.at

    def find(self, level: str, meta_id: str) -> Entity | None:
        return self.entities(level, [meta_id]).get(meta_id)

    def children(self, entity: Entity) -> Sequence[Entity]:
        level = BELOW[entity.level][0]
        frame = self.tables.frame(level)
        if frame is None:
            raise NotKnown(f"There is no table of then of what belongs to this {_word(entity.level)}.")
        mine = np.ones(len(frame), dtype=bool)
        if entity.level != ACCOUNT_LEVEL:
            mine = frame.columns["parent_id"] == entity.meta_id
        found = self.entities(level, frame.ids[mine].tolist())
        return [found[one] for one in sorted(found) if found[one].status not in GONE]

    def figure(self, entity: Entity, name: str) -> float | None:
        frame = self.tables.frame(entity.level) if entity.level in Level.values else None
        if frame is None or not self._fresh(frame):
            return None
        return figure_of(frame, entity.meta_id, name, self._columns)

    def _fresh(self, frame: Frame) -> bool:
        """As the live world has it: a table too old by then says nothing."""
        if frame.read_at is None:
            return False
        return (self.tables.at - frame.read_at).total_seconds() / 3600 <= self.limits.max_data_age_hours

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        raise NotKnown("Which spend limits its ad sets had then is not recorded.")

    def least_budget(self, entity: Entity) -> int | None:
        return least_budget_of(self.account)


def _word(level: str) -> str:
    return "ad account" if level == ACCOUNT_LEVEL else str(Level(level).label).lower()
