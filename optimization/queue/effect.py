"""What several actions together do to a day's money, by currency: raises, cuts, pauses and resumptions apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimization.models import Action
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


def effect_of(actions: Iterable[Action]) -> list[Effect]:
    """By currency, in alphabetical order: different ones are never added up."""
    found: dict[str, Effect] = {}
    for action in actions:
        effect = found.setdefault(action.currency, Effect(action.currency))
        moves = list(_moves(action))
        for name, change in moves:
            effect.add(name, change)
        effect.other += not moves
    return [found[currency] for currency in sorted(found)]


def _moves(action: Action) -> Iterator[tuple[str, int | None]]:
    if action.field == "steps":
        yield from _of_plan(action.value_before, action.value_final)
        yield from _of_made(steps_of(action.steps))
    elif action.field == "status":
        yield _status(action.value_final, action.at_stake)
    elif isinstance(action.value_before, int) and isinstance(action.value_final, int):
        change = action.value_final - action.value_before
        sign = -1 if change < 0 else 1
        moved = (
            change if action.field == "daily_budget" else None if action.at_stake is None else sign * action.at_stake
        )
        yield (CUTS if change < 0 else RAISES), moved


def _of_made(steps: Sequence[Step]) -> Iterator[tuple[str, int | None]]:
    """What new objects may spend a day; below a campaign budget they add nothing."""
    made = made_budget(steps)
    if made != 0:
        yield RAISES, made


def _status(final: Any, stake: int | None) -> tuple[str, int | None]:
    """A status moves all that its object spends a day."""
    if final == "PAUSED":
        return PAUSES, None if stake is None else -stake
    return RESUMES, stake


def _of_plan(before: Any, final: Any) -> Iterator[tuple[str, int | None]]:
    """Each budget of a plan by itself; of its statuses the money is unknown."""
    for key, value in final.items() if isinstance(final, dict) else ():
        old = before.get(key, 0) if isinstance(before, dict) else 0
        if key.endswith(":daily_budget") and isinstance(value, int) and isinstance(old, int) and value != old:
            yield (CUTS if value < old else RAISES), value - old
        elif key.endswith(":status") and value != old:
            yield _status(value, None)
