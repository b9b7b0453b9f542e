"""Whose an object is at a moment: locks, what others changed, who paused it. Pure over what was loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from metaads.models import AdAccount, OutsideChange
from metaads.prepared import Prepared
from metaads.sync.differences import METAS_OWN
from metaads.sync.events import EXISTENCE
from optimization.entities import Entity
from optimization.models import Action, EntityLock, Source

NO_HAND = METAS_OWN | {"name", EXISTENCE}
"""Fields whose change is no decision about money: Meta's own, a new name, that something appeared."""
BY_MACHINE = frozenset({Source.RULE.value, Source.OPTIMIZER.value, Source.ORCHESTRATOR.value})
TIMED = "timed"
LONG_AGO = timedelta(days=365)


@dataclass(frozen=True)
class Locked:
    entity_id: str
    since: datetime
    until: datetime | None
    released: datetime | None
    sentence: str


@dataclass(frozen=True)
class Touch:
    """One change by somebody else. `noticed`: when we learned of it."""

    entity_id: str
    at: datetime
    noticed: datetime
    paused: bool
    counts: bool
    sentence: str


@dataclass(frozen=True)
class Pause:
    """One pause of ours that took effect. `machine`: no person wanted it."""

    entity_id: str
    at: datetime
    machine: bool


@dataclass(frozen=True)
class Hands:
    """`hours`: how long an outside change keeps machines away. Everything is told as it was known at `now`."""

    now: datetime
    hours: float
    account_id: str
    locks: Sequence[Locked]
    touches: Sequence[Touch]
    pauses: Sequence[Pause]

    @cached_property
    def _locked(self) -> dict[str, str]:
        return {
            one.entity_id: one.sentence
            for one in self.locks
            if one.since <= self.now
            and (one.until is None or one.until > self.now)
            and (one.released is None or one.released > self.now)
        }

    @cached_property
    def _touched(self) -> dict[str, str]:
        after = self.now - timedelta(hours=self.hours)
        counts = [one for one in self.touches if one.counts and one.noticed <= self.now and one.at > after]
        return {one.entity_id: one.sentence for one in sorted(counts, key=lambda one: one.at)}

    @property
    def _machines(self) -> set[str]:
        """What a machine paused last, and nobody after it."""
        return {entity_id for entity_id, machine in self._paused_by.items() if machine}

    @cached_property
    def _paused_by(self) -> dict[str, bool]:
        """Whether it was a machine that paused it last, of all that is known to have been paused."""
        last: dict[str, tuple[datetime, bool]] = {}
        rows = [(one.at, one.machine, one.entity_id) for one in self.pauses if one.at <= self.now]
        rows += [(one.at, False, one.entity_id) for one in self.touches if one.paused and one.noticed <= self.now]
        for at, machine, entity_id in sorted(rows):
            last[entity_id] = at, machine
        return {entity_id: machine for entity_id, (_, machine) in last.items()}

    def lock_on(self, entity: Entity) -> str:
        """The lock that holds it, on it or above; empty = none."""
        if not self._locked:
            return ""
        chain = (entity.meta_id, *entity.parent_ids, self.account_id)
        return next((self._locked[one] for one in chain if one in self._locked), "")

    def touched(self, entity: Entity) -> str:
        return self._touched.get(entity.meta_id, "")

    def reactivates(self, entity: Entity, *, rested: bool = False) -> str:
        """Why it is not switched on by a machine; empty = a machine paused it.

        `rested`: one of several that take turns, of which nobody is known to have paused it: it has not had its turn.
        """
        if entity.meta_id in self._machines or (rested and entity.meta_id not in self._paused_by):
            return ""
        return "No rule or optimiser of ours paused it, so a person did: it stays paused."

    def rested_hours(self, entity: Entity) -> float | None:
        """Since when it is paused, as far as we know."""
        times = [one.at for one in self.pauses if one.entity_id == entity.meta_id and one.at <= self.now]
        times += [one.at for one in self.touches if one.entity_id == entity.meta_id and one.paused]
        return (self.now - max(times)).total_seconds() / 3600 if times else None


def load_locks(account: AdAccount) -> list[Locked]:
    """All that ever were."""
    return [Locked(*row[:4], _lock_text(account, *row[2:3], *row[4:])) for row in _LOCKS(account.pk)]


_LOCKS = Prepared(
    lambda account: EntityLock.objects.filter(account_id=account).values_list(
        "entity_id", "locked_at", "until", "released_at", "entity_name", "reason"
    )
)


def _lock_text(account: AdAccount, until: datetime | None, name: str, reason: str) -> str:
    end = "until it is released" if until is None else f"until {account.moment(until)}"
    return f"{name} is locked against automation {end}." + (f" {reason.rstrip('.')}." if reason else "")


def load_touches(account: AdAccount, since: datetime, pauses_since: datetime) -> list[Touch]:
    """Pauses from longer ago, all else from `since`."""
    return [
        Touch(
            entity_id,
            at,
            noticed,
            field == "status" and after == "PAUSED",
            field not in NO_HAND and actor != "Meta",
            f"{actor or tool or 'Somebody else'} changed its {field.replace('_', ' ') or 'settings'} "
            f"at {account.moment(at)}.",
        )
        for entity_id, at, noticed, field, after, actor, tool in _TOUCHES(account.pk, since, pauses_since)
    ]


_TOUCHES = Prepared(
    lambda account, since, pauses_since: OutsideChange.objects.filter(
        Q(at__gt=since) | Q(field="status", after="PAUSED", at__gt=pauses_since), account_id=account, ours=False
    ).values_list("entity_id", "at", "noticed_at", "field", "after", "actor_name", "application_name")
)
_PAUSES = Prepared(
    lambda account, since: Action.objects.filter(
        Q(field="status", value_final="PAUSED") | Q(field="steps"), account_id=account, executed_at__gt=since
    ).values_list("entity_id", "field", "value_final", "source", "reason_code", "modified_from", "executed_at")
)


def load_pauses(account: AdAccount, since: datetime) -> list[Pause]:
    """Also those of plans."""
    found: list[Pause] = []
    for entity_id, field, final, source, code, modified, at in _PAUSES(account.pk, since):
        machine = (source in BY_MACHINE and not modified) or (source == Source.UNDO and code == TIMED)
        found += [Pause(one, at, machine) for one in _paused(entity_id, field, final) if at is not None]
    return found


def _paused(entity_id: str, field: str, final: object) -> Iterable[str]:
    if field == "status":
        return [entity_id]
    values = final if isinstance(final, dict) else {}
    parts = [(key.split(":"), value) for key, value in values.items()]
    return [part[1] for part, value in parts if len(part) == 3 and part[2] == "status" and value == "PAUSED"]


def hands_of(account: AdAccount, now: datetime, hours: float) -> Hands:
    """As things stand. Three queries."""
    long_ago = now - LONG_AGO
    touches = load_touches(account, now - timedelta(hours=hours), long_ago)
    return Hands(now, hours, account.meta_id, load_locks(account), touches, load_pauses(account, long_ago))
