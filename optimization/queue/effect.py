"""What several actions together do to a day's money, by currency: raises, cuts, pauses and resumptions apart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from optimization.models import Action
from optimization.queue.daily import Daily, change_of, daily_of
from optimization.steps import Step, made_budget, steps_of

RAISES, CUTS, PAUSES, RESUMES = "raises", "cuts", "pauses", "resumptions"


@dataclass
class Part:
    """`change` a day in the minor unit, of `count` actions; `unknown` of them have no known amount."""

    change: int = 0
    count: int = 0
    unknown: int = 0


@dataclass
class Effect:
    """`other`: actions that move no budget (a bid, an audience), whose money nobody can tell beforehand."""

    currency: str
    parts: dict[str, Part] = field(default_factory=dict)
    other: int = 0

    @property
    def net(self) -> int:
        return sum(part.change for part in self.parts.values())

    @property
    def unknown(self) -> int:
        return sum(part.unknown for part in self.parts.values())

    def add(self, name: str, change: int | None) -> None:
        part = self.parts.setdefault(name, Part())
        part.count += 1
        part.change += change or 0
        part.unknown += change is None


def effect_of(actions: Iterable[Action], nows: Mapping[int, datetime]) -> list[Effect]:
    """By currency, in alphabetical order: different ones are never added up. `nows`: business time by account id."""
    rows = list(actions)
    daily, found = daily_of(rows, nows), dict[str, Effect]()
    for action in rows:
        effect = found.setdefault(action.currency, Effect(action.currency))
        moves = list(_moves(action, daily[action.account_id]))
        for name, change in moves:
            effect.add(name, change)
        effect.other += not moves
    return [found[currency] for currency in sorted(found)]


def _moves(action: Action, daily: Daily) -> Iterator[tuple[str, int | None]]:
    if action.field == "steps":
        yield from _of_plan(action.value_before, action.value_final, daily)
        yield from _of_made(steps_of(action.steps))
    elif action.field == "status":
        yield _status(action.value_final, daily.moved(change_of(action)))
    elif isinstance(action.value_before, int) and isinstance(action.value_final, int):
        if action.value_final >= action.value_before:
            yield RAISES, daily.moved(change_of(action))
        else:
            yield CUTS, _cut(action)


def _cut(action: Action) -> int | None:
    """What a lifetime budget loses comes off what its object spends, not off what it might."""
    if action.field == "daily_budget":
        return int(action.value_final - action.value_before)
    return None if action.at_stake is None else -action.at_stake


def _of_made(steps: Sequence[Step]) -> Iterator[tuple[str, int | None]]:
    """What new objects may spend a day; below a campaign budget they add nothing."""
    made = made_budget(steps)
    if made != 0:
        yield RAISES, made


def _status(final: Any, stake: int | None) -> tuple[str, int | None]:
    """A pause moves all that its object spends a day, a resumption all that it may spend."""
    if final == "PAUSED":
        return PAUSES, None if stake is None else -stake
    return RESUMES, stake


def _of_plan(before: Any, final: Any, daily: Daily) -> Iterator[tuple[str, int | None]]:
    """Each budget of a plan by itself; what a pause of it saves is unknown."""
    for key, value in final.items() if isinstance(final, dict) else ():
        old = before.get(key, 0) if isinstance(before, dict) else 0
        if key.endswith(":daily_budget") and isinstance(value, int) and isinstance(old, int) and value != old:
            yield (CUTS if value < old else RAISES), value - old
        elif key.endswith(":status") and value != old:
            level, entity_id, _ = key.split(":")
            yield _status(value, daily.idle(level, entity_id) if value == "ACTIVE" else None)
