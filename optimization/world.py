"""What a kind may ask beyond the entity: its relatives, their figures, the limits. Read only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from optimization.entities import Entity
from optimization.limits import Limits


class NotKnown(Exception):
    """The world cannot tell what was asked, so nothing is planned; the text says what is missing."""


class World(Protocol):
    """One account at one moment. The live one reads the mirror and the metrics table, a replay the recorded past."""

    @property
    def currency(self) -> str:
        """ISO code; budgets are integers in its minor unit."""

    @property
    def limits(self) -> Limits:
        """The account's guard rail settings, for what is solved under step bounds."""

    @property
    def now(self) -> datetime:
        """Business time of the moment, aware."""

    def find(self, level: str, meta_id: str) -> Entity | None:
        """Any object of the account by its id; None = there is none."""

    def children(self, entity: Entity) -> Sequence[Entity]:
        """Ad sets of a campaign, ads of an ad set, all campaigns of the account as entity; archived ones left out.

        Raises NotKnown where a replay has no record of them.
        """

    def figure(self, entity: Entity, name: str) -> float | None:
        """One figure of the metric catalogue with its window ("roas_7d", "spend_3d"), money in the major unit.

        None = unknown, which never counts as zero.
        """

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        """(daily minimum, daily maximum) of an ad set below a campaign budget, minor unit; None = it carries none.

        Raises NotKnown in a replay: they are not kept by time.
        """

    def least_budget(self, entity: Entity) -> int | None:
        """Meta's minimum for a daily budget of `entity`, minor unit; None = not known."""


@dataclass(frozen=True)
class Tighter:
    """A world whose budget steps are bounded further, by `percent` up and down: a rule's own largest change."""

    inner: World
    percent: float

    @property
    def currency(self) -> str:
        return self.inner.currency

    @property
    def limits(self) -> Limits:
        own = self.inner.limits
        return replace(
            own,
            max_increase_percent=min(own.max_increase_percent, self.percent),
            max_decrease_percent=min(own.max_decrease_percent, self.percent),
        )

    @property
    def now(self) -> datetime:
        return self.inner.now

    def find(self, level: str, meta_id: str) -> Entity | None:
        return self.inner.find(level, meta_id)

    def children(self, entity: Entity) -> Sequence[Entity]:
        return self.inner.children(entity)

    def figure(self, entity: Entity, name: str) -> float | None:
        return self.inner.figure(entity, name)

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        return self.inner.spend_limits(entity)

    def least_budget(self, entity: Entity) -> int | None:
        return self.inner.least_budget(entity)
