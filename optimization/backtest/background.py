"""What was true of an account over the replayed time beside its tables: changes carried out, stops, doubt of the data.

Limits and the approval of changes by switch are those of today: they are not kept by time.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.db.models import Q

from intelligence.metrics.frame import Frame
from intelligence.models import QualityChange
from metaads.models import AdAccount
from optimization.limits import Limits, limits_for
from optimization.models import Action, EmergencyStop, Source
from optimization.queue.estate import estate_then
from optimization.queue.facts import Surroundings
from optimization.queue.hands import Hands, Locked, Pause, Touch, load_locks, load_pauses, load_touches
from optimization.queue.reserve import account_day
from optimization.steps import steps_of, touched
from optimization.wants import Recent

Key = tuple[str, str]
FrameOf = Callable[[str], Frame | None]
"""The table of a level at a moment; None = there was none."""
NEVER = datetime.min.replace(tzinfo=UTC)
LONGEST_DAY = timedelta(hours=25)


@dataclass(frozen=True)
class Executed:
    """One change that took effect. `taken`: what it used of the counters of its account day: [name, day, amount]."""

    at: datetime
    key: Key
    source: str
    rule_id: int | None
    taken: Sequence[Sequence[object]] = ()
    pauses: bool = False


def carried_out(
    at: datetime, keys: Iterable[Key], source: str, rule_id: int | None, taken: Sequence[Sequence[object]]
) -> list[Executed]:
    """One for each object that an action touched; what it took of the counters counts once."""
    return [Executed(at, key, source, rule_id, () if n else taken) for n, key in enumerate(keys)]


def keys_of(level: str, entity_id: str, steps: Sequence[Mapping[str, Any]]) -> list[Key]:
    """The entity of an action first, then what its steps touch."""
    own = (level, entity_id)
    return [own, *sorted(touched(steps_of(steps)) - {own})]


def no_table(level: str) -> None:
    """Before a replay has come to its first moment."""
    return None


@dataclass
class Background:
    """Of one account; `executed` oldest first, to which a replay adds its own (`add`) or puts all anew (`know`)."""

    account: AdAccount
    limits: Limits
    executed: list[Executed]
    changes: list[tuple[datetime, str, str]]
    stops: list[tuple[datetime, datetime | None]]

    def surroundings(self, now: datetime, frame: FrameOf) -> Surroundings:
        """What the guard rails ask, as of `now`. `frame`: the tables of then, by level."""
        before = self._between(NEVER, now)
        return Surroundings(
            account=self.account,
            now=now,
            limits=self.limits,
            switch_off=None,
            stop=None,
            doubt=self._doubt(now),
            last_executed=_last(before),
            last_optimizer=_last(one for one in before if one.source == Source.OPTIMIZER),
            last_orchestrator=_last(one for one in before if one.source == Source.ORCHESTRATOR),
            counters=_counters(self._between(now - LONGEST_DAY, now), account_day(self.account, now)),
            estate=estate_then(self.account, now, self.limits, frame, partial(self._hands, now)),
        )

    @cached_property
    def _touches(self) -> list[Touch]:
        return load_touches(self.account, NEVER, NEVER)

    @cached_property
    def _locks(self) -> list[Locked]:
        return load_locks(self.account)

    @cached_property
    def _pauses(self) -> list[Pause]:
        return load_pauses(self.account, NEVER)

    def _hands(self, now: datetime) -> Hands:
        """Whose each object was then. What the replay itself paused is a rule's pause, so a rule may undo it."""
        ours = [Pause(one.key[1], one.at, True) for one in self.executed if one.rule_id is not None and one.pauses]
        hours = self.limits.hands_off_hours
        return Hands(now, hours, self.account.meta_id, self._locks, self._touches, [*self._pauses, *ours])

    def recent(self, rule_id: int, hours: float, now: datetime) -> Recent:
        """What a rule had carried out in the last `hours`."""
        found: dict[Key, list[datetime]] = {}
        for one in self._between(now - timedelta(hours=hours), now):
            if one.rule_id == rule_id:
                found.setdefault(one.key, []).append(one.at)
        return found

    def know(self, executed: Iterable[Executed]) -> None:
        self.executed = sorted(executed, key=_at)

    def add(self, done: Executed) -> None:
        insort(self.executed, done, key=_at)

    def _between(self, after: datetime, until: datetime) -> list[Executed]:
        """Later than `after` and not later than `until`."""
        first, end = (bisect_right(self.executed, moment, key=_at) for moment in (after, until))
        return self.executed[first:end]

    def stopped(self, now: datetime) -> bool:
        return any(start <= now and (end is None or now < end) for start, end in self.stops)

    def _doubt(self, now: datetime) -> str | None:
        last = next((change for change in reversed(self.changes) if change[0] <= now), None)
        return None if last is None or last[1] == QualityChange.Kind.CLEARED else last[2]


def _at(done: Executed) -> datetime:
    return done.at


def _last(executed: Iterable[Executed]) -> dict[Key, datetime]:
    found: dict[Key, datetime] = {}
    for one in executed:
        found[one.key] = max(one.at, found.get(one.key, one.at))
    return found


def _counters(executed: Iterable[Executed], day: date) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, when, amount in (taken for one in executed for taken in one.taken):
        if when == day.isoformat():
            counts[str(name)] = counts.get(str(name), 0) + int(str(amount))
    return counts


def background(account: AdAccount, without_rules: Collection[int] = ()) -> Background:
    """As recorded, but for what these rules had carried out."""
    rows = Action.objects.filter(account=account, executed_at__isnull=False)
    columns = ("executed_at", "level", "entity_id", "source", "rule_version__rule_id", "reserved", "steps")
    executed = [
        one
        for at, level, entity_id, source, rule_id, reserved, steps in rows.values_list(*columns)
        if at is not None and rule_id not in without_rules
        for one in carried_out(at, keys_of(level, entity_id, steps), source, rule_id, reserved)
    ]
    changes = QualityChange.objects.filter(account=account).order_by("at", "pk")
    stops = EmergencyStop.objects.filter(Q(account=account) | Q(account__isnull=True))
    return Background(
        account=account,
        limits=limits_for(account),
        executed=sorted(executed, key=_at),
        changes=[(one.at, one.kind, _sentence(account, one)) for one in changes],
        stops=list(stops.values_list("set_at", "lifted_at")),
    )


def _sentence(account: AdAccount, change: QualityChange) -> str:
    said = " ".join(str(reason.get("sentence", "")) for reason in change.reasons)
    return f"The data were doubtful since {account.moment(change.at)}. {said}".strip()
