"""Questions about observed data: how old they are, and how far back they reach."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from intelligence.models import Freshness
from metaads.models import AdAccount, Level


@dataclass(frozen=True)
class LevelFreshness:
    """One level. `age` None = never read. `stale`: older than MAX_DATA_AGE_HOURS or never read; decisions refuse it."""

    level: str
    label: str
    read_at: datetime | None
    age: timedelta | None
    problem: str
    history_from: date | None
    stale: bool


@dataclass(frozen=True)
class AccountFreshness:
    """All levels of an account, campaigns first."""

    levels: tuple[LevelFreshness, ...]

    @property
    def read_at(self) -> datetime | None:
        """The oldest of the levels' last reads; None if some level was never read."""
        moments = [level.read_at for level in self.levels]
        known = [moment for moment in moments if moment is not None]
        return min(known) if len(known) == len(moments) else None

    @property
    def age(self) -> timedelta | None:
        """Age of the oldest level; None if some level was never read."""
        ages = [level.age for level in self.levels if level.age is not None]
        return max(ages) if len(ages) == len(self.levels) else None

    @property
    def stale(self) -> bool:
        return any(level.stale for level in self.levels)

    @property
    def problem(self) -> str:
        """Each different problem once, as one text; "" = none."""
        return " ".join(dict.fromkeys(level.problem for level in self.levels if level.problem))


def freshness(account: AdAccount, now: datetime, max_age: timedelta | None = None) -> AccountFreshness:
    """How old the data are at business time `now`, per level. `max_age` defaults to MAX_DATA_AGE_HOURS."""
    limit = timedelta(hours=settings.LIMITS["MAX_DATA_AGE_HOURS"]) if max_age is None else max_age
    rows = {row.level: row for row in Freshness.objects.filter(account=account)}
    return AccountFreshness(tuple(_level(level, rows.get(level), now, limit) for level in _ORDER))


_ORDER: tuple[Level, ...] = (Level.CAMPAIGN, Level.AD_SET, Level.AD)


def _level(level: Level, row: Freshness | None, now: datetime, limit: timedelta) -> LevelFreshness:
    read_at = row.read_at if row else None
    age = None if read_at is None else max(now - read_at, timedelta(0))
    return LevelFreshness(
        level=level.value,
        label=level.label,
        read_at=read_at,
        age=age,
        problem=row.problem if row else "",
        history_from=row.history_from if row else None,
        stale=age is None or age > limit,
    )
