"""What one run wants already."""

from collections import Counter
from dataclasses import dataclass, field

from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds import KINDS
from optimization.queue.estate import Estate


@dataclass
class RunTally:
    """What one run wants already, so that the next draft is judged beside it. Changed as the run goes on.

    `spend`: a day, minor unit; None = of something it changes the spend is unknown.
    """

    actions: int = 0
    spend: int | None = 0
    by_campaign: Counter[str] = field(default_factory=Counter)
    growing: Counter[str] = field(default_factory=Counter)

    def note(self, entity: Entity, kind: str, estate: Estate) -> None:
        self.actions += 1
        self.by_campaign[entity.campaign_id] += 1
        own = estate.figures.spend_of(entity.level, entity.meta_id)
        self.spend = None if own is None or self.spend is None else self.spend + own
        if KINDS[kind].grows and entity.level == Level.AD_SET:
            self.growing[entity.campaign_id] += 1
