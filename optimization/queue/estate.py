"""An account around an entity at one moment: figures, objects, hands, and what its history taught."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.conf import settings

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import latest_frame
from metaads.models import AdAccount
from optimization.limits import Limits, hours_of
from optimization.queue import learned
from optimization.queue.figures import Figures
from optimization.queue.hands import Hands, hands_of
from optimization.queue.objects import Objects
from optimization.queue.past_objects import PastObjects


@dataclass(frozen=True)
class Estate:
    """Everything is read when it is first asked for, so that a rail that does not concern a change costs nothing."""

    account: AdAccount
    now: datetime
    limits: Limits
    figures: Figures
    objects: Objects
    whose: Callable[[], Hands]

    @cached_property
    def hands(self) -> Hands:
        return self.whose()

    @cached_property
    def local_hour(self) -> int:
        return self.now.astimezone(self.account.zone).hour

    @cached_property
    def _learned_hours(self) -> frozenset[int] | None:
        return learned.peak_hours(self.account, self.now)

    @cached_property
    def peak_hours(self) -> tuple[frozenset[int], bool]:
        """Local hours, and whether they were learned: as entered, else learned, else the installation's."""
        always, entered = self.limits.peak_hours_always, self.limits.peak_hours
        if entered is not None:
            return entered | always, False
        found = self._learned_hours
        return (found | always, True) if found is not None else (hours_of(*settings.PEAK_HOURS), False)

    @cached_property
    def learned_step(self) -> float | None:
        return learned.significant_step(self.account, self.now)


def estate_now(account: AdAccount, now: datetime, limits: Limits, made: Mapping[str, Frame] | None = None) -> Estate:
    """As the mirror and the newest tables have it. `made`: tables by level that need not be read again."""
    frames = cache(lambda level: (made or {}).get(level) or latest_frame(account, level))
    figures = Figures(frames, account.currency)
    objects = Objects(account, now, figures.lifetime_spend)
    return Estate(account, now, limits, figures, objects, lambda: hands_of(account, now, limits.hands_off_hours))


def estate_then(
    account: AdAccount, now: datetime, limits: Limits, frame: Callable[[str], Frame | None], hands: Callable[[], Hands]
) -> Estate:
    """As the tables of then had it, for a replay."""
    return Estate(account, now, limits, Figures(frame, account.currency), PastObjects(account, now, frame), hands)
