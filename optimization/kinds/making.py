"""A copy being put together: a shell, its budget, then what belongs to it, one by one, and what is to be started."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from metaads.graph.money import to_minor
from metaads.models import Level
from optimization.entities import Entity
from optimization.steps import Step
from optimization.world import World

MOST_COPIES = 50
"""Objects of one copy. More would take longer than an approval is worth; Meta's own asynchronous copy takes 51 ads."""
HOME = {"ad": ("adset", "adset_id"), "adset": ("campaign", "campaign_id")}
"""What a copy goes into, and Meta's parameter for it."""


@dataclass
class Making:
    """The copy being put together: `steps` make and set, `start` activate; `problem` is what stands in the way."""

    world: World
    into: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    steps: list[Step] = field(default_factory=list)
    start: list[Step] = field(default_factory=list)
    count: int = 0
    problem: str = ""

    def copy(self, source: Entity, home: Entity | None, name: str, into: str) -> None:
        """Copies `source` into `into` ("$2", or "" = where parameters and source say), then what belongs to it."""
        self.count += 1
        if self.count > MOST_COPIES:
            self.problem = f"It has more than {MOST_COPIES} objects below it; copy its parts one by one."
            return
        self.steps.append(Step("copy", source.level, source.meta_id, name, params=self._params(source, into)))
        made = f"${len(self.steps)}"
        self._budget(source, home, made, name)
        for child in self._below(source):
            self.copy(child, source, child.name, made)
            if child.status == "ACTIVE" and not self.problem:
                self.start.append(self.activation(child, self._last_copy_of(child), child.name))

    def activation(self, source: Entity, made: str, name: str) -> Step:
        return Step("set", source.level, made, name, "status", "PAUSED", "ACTIVE")

    def _params(self, source: Entity, into: str) -> dict[str, Any]:
        deep = {} if source.level == Level.AD else {"deep_copy": False}
        target = into or self.into
        return {**deep, **({HOME[source.level][1]: target} if target and source.level in HOME else {})}

    def _below(self, source: Entity) -> Sequence[Entity]:
        if source.level == Level.AD:
            return ()
        return [one for one in self.world.children(source) if one.status in {"ACTIVE", "PAUSED"}]

    def _last_copy_of(self, source: Entity) -> str:
        places = [n for n, step in enumerate(self.steps, 1) if step.op == "copy" and step.entity_id == source.meta_id]
        return f"${places[-1]}"

    def _budget(self, source: Entity, home: Entity | None, made: str, name: str) -> None:
        """The copy starts with its source's budget; below a campaign budget it has none of its own."""
        what = source.budget_field
        if what is None or (home is not None and home.level == Level.CAMPAIGN and home.budget_field):
            return
        old = source.value_of(what)
        if not isinstance(old, int):
            self.problem = f"The budget of {source.name} is unknown."
            return
        self.steps.append(Step("set", source.level, made, name, what, old, self._wanted(old)))

    def _wanted(self, old: int) -> int:
        if self.amount is not None:
            if any(step.op == "copy" for step in self.steps[1:]):
                self.problem = "amount: its budgets are on its ad sets; give percent instead."
            return to_minor(self.amount, self.world.currency)
        if self.percent is None:
            return old
        return max(int((Decimal(old) * self.percent / 100).quantize(Decimal(1), ROUND_HALF_UP)), 1)
