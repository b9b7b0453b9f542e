"""What a look of the optimiser finds, and what it looks at."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount, Level
from optimization.entities import Entity
from optimization.knobs import Knobs
from optimization.optimizer.levels import Judged, Mask, Said, named
from optimization.queue.drafts import Draft
from optimization.world import World

Load = Callable[[str, Collection[str]], Mapping[str, Entity]]
"""Entities of a level by Meta id; those that vanished are left out."""


@dataclass(frozen=True)
class Scene:
    """One account at one moment. `judged` and `said` by level; `among`: ids of the campaigns that are looked at.

    `whole`: all campaigns of the account were asked for, so money may move between them.
    """

    account: AdAccount
    knobs: Knobs
    days: int
    judged: Mapping[str, Judged]
    among: frozenset[str]
    whole: bool
    load: Load
    world: Callable[[Sequence[Entity]], World]
    now: datetime

    @cached_property
    def said(self) -> dict[str, Said]:
        """Campaigns are never paused: what loses in them is."""
        return {level: one.said(self.knobs, level != Level.CAMPAIGN) for level, one in self.judged.items()}

    @cached_property
    def inside(self) -> dict[str, Mask]:
        """(n,) by level: rows of the campaigns that are looked at."""
        return {level: named(one.campaign, self.among) for level, one in self.judged.items()}

    def frame(self, level: str) -> Frame:
        return self.judged[level].frame


@dataclass
class Wanted:
    """`skipped`: why a campaign was left as it is, with counts; `refused`: why a wish came to nothing.

    `seen`: ids of the campaigns that were asked for, None = all. `seconds`: machine time that looking took.
    """

    drafts: list[Draft] = field(default_factory=list)
    campaigns: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    seen: frozenset[str] | None = None
    method: str = ""
    mode: str = ""
    seconds: float = 0.0

    def saw(self, campaign_id: str) -> bool:
        return self.seen is None or campaign_id in self.seen
