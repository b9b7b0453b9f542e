"""The world as the optimiser's kinds see it: ROAS is what is believed, and who takes part is who may."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from optimization.entities import Entity
from optimization.knobs import Knobs
from optimization.limits import Limits
from optimization.optimizer.levels import Judged
from optimization.world import World


@dataclass(frozen=True)
class Believed:
    """`World` in which `roas_*` is the believed ROAS of the look-back (`judged`, by level).

    `apart`: (level, id) of what takes no part in a plan: it is to be paused, or not in the canary.
    """

    inner: World
    judged: Mapping[str, Judged]
    knobs: Knobs
    apart: Collection[tuple[str, str]] = ()

    @property
    def currency(self) -> str:
        return self.inner.currency

    @property
    def limits(self) -> Limits:
        own = self.inner.limits
        per_day = min(own.max_increase_percent_per_day, self.knobs.max_daily_change_percent)
        return replace(own, max_increase_percent_per_day=per_day)

    @property
    def now(self) -> datetime:
        return self.inner.now

    def find(self, level: str, meta_id: str) -> Entity | None:
        return self.inner.find(level, meta_id)

    def children(self, entity: Entity) -> Sequence[Entity]:
        return [one for one in self.inner.children(entity) if (one.level, one.meta_id) not in self.apart]

    def figure(self, entity: Entity, name: str) -> float | None:
        if not name.startswith("roas_"):
            return self.inner.figure(entity, name)
        level = self.judged.get(entity.level)
        row = None if level is None else level.place.get(entity.meta_id)
        if level is None or row is None or not level.believed.known[row]:
            return None
        return float(level.believed.roas[row])

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        return self.inner.spend_limits(entity)

    def least_budget(self, entity: Entity) -> int | None:
        return self.inner.least_budget(entity)
