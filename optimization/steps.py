"""The plan of an action that needs several writes at Meta.

Steps run in order, each by itself exactly once. Decreases come before increases; what is made is made paused and
activated by the last step. If one fails for good, those before it are put back in reverse order.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from optimization.entities import Entity

STEPS = "steps"
"""`Action.field` of an action of several steps."""

Op = Literal["set", "copy", "create"]


@dataclass(frozen=True)
class Step:
    """One write. `entity_id`: what is changed or copied, or the parent of what is made ("" = the ad account).

    "$2" as `entity_id`, or as a value anywhere in `params`, stands for the id of what step 2 made (they count from 1).
    `field`, `old` and `new` are of `set` alone: as in `FieldChange`; after a copy `old` is what the copy was made with.
    `params` are Meta's words for `copy` and `create`, without name and status; `name` is the name for people and,
    with the action's marker behind it, the name at Meta of what is made.
    """

    op: Op
    level: str
    entity_id: str
    name: str
    field: str = ""
    old: Any = None
    new: Any = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def key(self) -> str:
        """Its place in the values of the action."""
        return f"{self.level}:{self.entity_id}:{self.field}"


@dataclass(frozen=True)
class Plan:
    """What a kind wants where one write is not enough. `entity`: what the action is about; `note` for people."""

    entity: Entity
    steps: tuple[Step, ...]
    note: str = ""

    @property
    def before(self) -> dict[str, Any]:
        """Present values of what exists and is to be set, by "level:id:field"."""
        return {step.key: step.old for step in self.steps if step.op == "set" and not is_reference(step.entity_id)}

    @property
    def wanted(self) -> dict[str, Any]:
        """Wanted values, by "level:id:field"."""
        return {step.key: step.new for step in self.steps if step.op == "set" and not is_reference(step.entity_id)}


Key = tuple[str, str]
"""(level, Meta id) of an object."""
BUDGET = "daily_budget"


def is_reference(entity_id: str) -> bool:
    """Whether it stands for what an earlier step makes."""
    return entity_id.startswith("$")


def touched(steps: Sequence[Step]) -> frozenset[Key]:
    """What exists and is changed, copied, or gets something new in it: no other action goes on there meanwhile."""
    found = {(PARENT.get(step.level, "") if step.op == "create" else step.level, step.entity_id) for step in steps}
    for step in steps:
        found |= {(level, str(step.params[name])) for name, level in INTO.items() if name in step.params}
    return frozenset(key for key in found if key[1] and not is_reference(key[1]))


PARENT = {"adset": "campaign", "ad": "adset"}
INTO = {"adset_id": "adset", "campaign_id": "campaign"}
"""Where a copy or a new object goes, by the name of Meta's parameter."""


def net_change(steps: Sequence[Step]) -> int | None:
    """By how much the plan changes what may be spent a day, minor unit: changes of daily budgets and what new objects
    may spend. None = unknown: a lifetime budget, or something new whose budget no step names."""
    moves = _moves(steps)
    return None if moves is None else sum(moves)


def moved(steps: Sequence[Step]) -> int | None:
    """The sum of all moves up, minor unit a day: what a plan puts at stake. None = unknown, or no budget in it."""
    moves = _moves(steps)
    return sum(move for move in moves if move > 0) if moves else None


def raised(steps: Sequence[Step]) -> int | None:
    """The sum of all raises, minor unit a day, what is made counted in full; 0 = it raises none, None = unknown."""
    moves = _moves(steps)
    return None if moves is None else sum(move for move in moves if move > 0)


def made_budget(steps: Sequence[Step]) -> int | None:
    """What the new objects may spend a day, minor unit; 0 = none brings a budget of its own, None = unknown."""
    made = [step for step in steps if step.op != "set" or is_reference(step.entity_id)]
    return net_change(made)


def _moves(steps: Sequence[Step]) -> list[int] | None:
    """One number for each daily budget that is set or made. What is copied spends what a later step sets for it."""
    if any(step.field == "lifetime_budget" or "lifetime_budget" in step.params for step in steps):
        return None
    made = [int(step.params[BUDGET]) for step in steps if BUDGET in step.params]
    sets = [step for step in steps if step.op == "set" and step.field == BUDGET]
    if any(not isinstance(step.new, int) or not isinstance(step.old, int) for step in sets):
        return None
    return made + [step.new - (0 if is_reference(step.entity_id) else step.old) for step in sets]


def steps_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of `Action.steps`."""
    return tuple(Step(**one) for one in stored)


def inverse_steps(steps: Sequence[Step], made: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """What puts a carried out plan back: what it made is paused, old values are set again in reverse order, decreases
    first. `made` as `Action.made`. Nothing is deleted, and a copy keeps its values, for it is paused."""
    ours = [step for step in steps if step.op == "set" and not is_reference(step.entity_id)]
    back = [replace(step, old=step.new, new=step.old) for step in reversed(ours)]
    return _pauses(steps, made) + tuple(sorted(back, key=_raises))


HEIGHT = ("campaign", "adset", "ad")


def _pauses(steps: Sequence[Step], made: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Pauses the outermost of what was made; beneath it nothing delivers. Nothing where it was never activated."""
    started = any(step.field == "status" and step.new == "ACTIVE" and is_reference(step.entity_id) for step in steps)
    delivering = [one for one in made if one["level"] in HEIGHT]
    if not started or not delivering:
        return ()
    top = min((one["level"] for one in delivering), key=HEIGHT.index)
    outermost = [one for one in delivering if one["level"] == top]
    return tuple(Step("set", top, str(one["id"]), str(one["name"]), "status", "ACTIVE", "PAUSED") for one in outermost)


def _raises(step: Step) -> bool:
    """Budgets alone: of two ads that were exchanged, the one that is to run starts before the other is paused."""
    return isinstance(step.old, int) and isinstance(step.new, int) and step.new > step.old
