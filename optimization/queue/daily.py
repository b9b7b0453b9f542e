"""Money that a change moves of what may be spent a day, by the mirror: what four eyes and a confirmation count."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from metaads.models import AdAccount, Level
from optimization.entities import Entity, load
from optimization.models import Action
from optimization.queue.needs import sum_of
from optimization.queue.objects import ON, Objects
from optimization.steps import STEPS, Step, is_reference, raised, steps_of

Place = tuple[str, str]
"""(level, Meta id)."""


class Change(NamedTuple):
    """An action, as far as its money is concerned. `steps` as stored."""

    level: str
    entity_id: str
    field: str
    before: Any
    final: Any
    at_stake: int | None
    steps: Sequence[Mapping[str, Any]] = ()


def change_of(action: Action, changed: Mapping[str, Any] | None = None) -> Change:
    """`changed`: columns that a decision would overwrite."""
    new = changed or {}
    steps = action.steps if action.field == STEPS else ()  # lists of actions leave that column out
    final, stake = new.get("value_final", action.value_final), new.get("at_stake", action.at_stake)
    return Change(action.level, action.entity_id, action.field, action.value_before, final, stake, steps)


class Daily:
    """Of the changes of one account. What is switched on counts by the budgets that it brings, not by what it spent,
    for what rests spends nothing; a lifetime budget by the days that are left. One query a level and those of
    `Objects`, and none where no change needs it."""

    def __init__(self, account: AdAccount, changes: Iterable[Change], objects: Objects) -> None:
        self._account, self._objects = account, objects
        self._asked = {place for change in changes for place in _places(change)}

    @cached_property
    def _entities(self) -> Mapping[Place, Entity]:
        ids: dict[str, set[str]] = {}
        for level, entity_id in self._asked:
            ids.setdefault(level, set()).add(entity_id)
        held = [(level, load(self._account, level, wanted)) for level, wanted in ids.items()]
        return {(level, key): entity for level, found in held for key, entity in found.items()}

    def idle(self, level: str, entity_id: str) -> int | None:
        """What it may spend a day once it is switched on; None = unknown."""
        if level == Level.AD:
            return 0
        found = self._entities.get((level, entity_id))
        return None if found is None else self._objects.idle(found)

    def moved(self, change: Change) -> int | None:
        """Minor unit a day, never negative; of a plan the sum of its raises. None = unknown."""
        if change.field == STEPS:
            steps = steps_of(change.steps)
            return sum_of([raised(steps), *(self.idle(step.level, step.entity_id) for step in _resumed(steps))])
        if change.field == "status" and change.final == ON:
            return self.idle(change.level, change.entity_id)
        if type(change.before) is int and type(change.final) is int:
            if change.field == "daily_budget":
                return abs(change.final - change.before)
            if change.field == "lifetime_budget":
                return self._spread(change, abs(change.final - change.before))
        return change.at_stake

    def _spread(self, change: Change, size: int) -> int | None:
        found = self._entities.get((change.level, change.entity_id))
        days = None if found is None else self._objects.days_left(found)
        return None if days is None else max(round(size / days), change.at_stake or 0)


def daily_of(actions: Iterable[Action], nows: Mapping[int, datetime]) -> dict[int, Daily]:
    """By account id. `nows`: business time by account id. The actions come with their account."""
    held: dict[int, tuple[AdAccount, list[Change]]] = {}
    for action in actions:
        held.setdefault(action.account_id, (action.account, []))[1].append(change_of(action))
    return {
        pk: Daily(account, changes, Objects(account, nows[pk], lambda _: None))
        for pk, (account, changes) in held.items()
    }


def _resumed(steps: Iterable[Step]) -> Iterator[Step]:
    """What exists and is switched on."""
    yield from (one for one in steps if one.field == "status" and one.new == ON and not is_reference(one.entity_id))


def _places(change: Change) -> Iterator[Place]:
    """What must be known of the mirror."""
    if change.field == STEPS:
        yield from ((one.level, one.entity_id) for one in _resumed(steps_of(change.steps)) if one.level != Level.AD)
    elif change.field == "lifetime_budget" or (change.field == "status" and change.final == ON):
        yield change.level, change.entity_id
