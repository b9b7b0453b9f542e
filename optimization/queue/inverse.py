"""What puts executed changes back: one action for each group of changes of the same fields, or why there is none.

Several changes of one field (three raises of a budget) are put back by ONE absolute write of the value before the
first: Meta takes four budget changes an hour on an ad set, and between two of several writes somebody else could act
(docs/decisions/0012). A plan, and what touched the same fields, is put back by one plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from metaads.graph.money import money_text
from metaads.models import AdAccount, Level
from metaads.sameness import same_value
from optimization.entities import WHOLE_FIELDS, load
from optimization.kinds import KINDS
from optimization.models import Action
from optimization.steps import STEPS, Step, inverse_steps, steps_of
from optimization.value_words import value_text

Key = tuple[str, str, str]
"""(level, Meta id, field)."""
Present = Mapping[Key, Any]
GONE, UNKNOWN = object(), object()
BUDGETS = ("daily_budget", "lifetime_budget")
NO_INVERSE = "This kind of change cannot be undone."
NO_LONGER = "It no longer exists at Meta."
AS_BEFORE = "It stands as it was before already."
NOTHING_LEFT = "Together these changes left it as it was before."


@dataclass(frozen=True)
class Inverse:
    """The action that puts `undoes` (newest first) back. Values as `Action` has them; `steps` empty = one write."""

    undoes: tuple[Action, ...]
    kind: str
    level: str
    entity_id: str
    entity_name: str
    field: str
    before: Any
    wanted: Any
    steps: tuple[Step, ...] = ()


@dataclass
class _Group:
    """Changes that share a field, newest first, with what each field goes back to."""

    actions: list[Action] = field(default_factory=list)
    back: dict[Key, Step] = field(default_factory=dict)


def backward(action: Action) -> tuple[Step, ...]:
    """The writes that put one change back, each from our value to the one before."""
    if action.field == STEPS:
        return inverse_steps(steps_of(action.steps), action.made)
    ours, before = action.value_final, action.value_before
    return (Step("set", action.level, action.entity_id, action.entity_name, action.field, ours, before),)


def key_of(step: Step) -> Key:
    return step.level, step.entity_id, step.field


def fields_now(account: AdAccount, actions: Iterable[Action]) -> dict[Key, Any]:
    """What the mirror shows now of every field that these changes set. One query a level.

    GONE: it vanished at Meta. UNKNOWN: the mirror does not have it; right before the write Meta itself is asked.
    """
    rows = list(actions)
    keys = {key_of(step) for action in rows for step in backward(action)}
    made = {(str(one["level"]), str(one["id"])) for action in rows for one in action.made}
    deep = {level for level, _, name in keys if name in WHOLE_FIELDS}
    found = {
        level: load(account, level, {key[1] for key in keys if key[0] == level}, level in deep)
        for level in Level.values
    }
    present: dict[Key, Any] = {}
    for level, entity_id, name in keys:
        entity = found.get(level, {}).get(entity_id)
        if entity is None:
            present[level, entity_id, name] = GONE if level in found and (level, entity_id) not in made else UNKNOWN
            continue
        try:
            present[level, entity_id, name] = entity.value_of(name)
        except KeyError:
            present[level, entity_id, name] = UNKNOWN
    return present


def inverses(newest_first: Sequence[Action], present: Present) -> tuple[list[Inverse], list[tuple[Action, str]]]:
    """The actions that put these changes back, and those changes that cannot be, each with the reason.

    A change can be put back if each of its fields still has our value, or would have it once newer ones are undone.
    """
    expected, groups = dict(present), list[_Group]()
    left: list[tuple[Action, str]] = []
    for action in newest_first:
        steps, why_not = _movable(action, expected)
        if why_not:
            left.append((action, why_not))
            continue
        groups.append(_joined(groups, action, steps))
        expected |= {key_of(step): step.new for step in steps}
    found: list[Inverse] = []
    for group in groups:
        inverse = _inverse(group, present)
        if inverse is None:
            left += [(action, NOTHING_LEFT) for action in group.actions]
        else:
            found.append(inverse)
    return found, left


def inverse_of(action: Action) -> Inverse | str:
    """What puts one change back, or why nothing does."""
    found, left = inverses([action], fields_now(action.account, [action]))
    return found[0] if found else left[0][1]


def _movable(action: Action, expected: Present) -> tuple[list[Step], str]:
    """The writes that put it back, or why not. What stands as before already needs no write."""
    if KINDS[action.kind].inverse_key() is None:
        return [], NO_INVERSE
    steps, here = list[Step](), dict(expected)
    for step in backward(action):
        value = here[key_of(step)]
        if value is GONE:
            return [], NO_LONGER if action.field != STEPS else f"“{step.name}” no longer exists at Meta."
        if value is UNKNOWN or same_value(step.field, value, step.old, step.new):
            steps.append(step)
            here[key_of(step)] = step.new
        elif not same_value(step.field, value, step.new, step.old):
            what = "It" if action.field != STEPS else f"“{step.name}”"
            ours, now = (said(step.field, one, action.currency) for one in (step.old, value))
            return [], f"{what} was changed since: we set {ours}, now it is {now}."
    return steps, "" if steps else AS_BEFORE


def _joined(groups: list[_Group], action: Action, steps: Sequence[Step]) -> _Group:
    """A group with this change and all groups that share a field with it; those are taken out of `groups`."""
    mine = {key_of(step) for step in steps}
    made = _Group()
    for group in [group for group in groups if not mine.isdisjoint(group.back)]:
        groups.remove(group)
        made.actions += group.actions
        made.back |= group.back
    made.actions.append(action)
    for step in steps:
        newer = made.back.get(key_of(step))
        made.back[key_of(step)] = replace(newer, new=step.new) if newer else step
    return made


def _inverse(group: _Group, present: Present) -> Inverse | None:
    """None: nothing would change."""
    net = sorted((step for step in group.back.values() if step.old != step.new), key=_raises)
    if not net:
        return None
    about = next((action for action in group.actions if action.field == STEPS), group.actions[0])
    kind = KINDS[about.kind].inverse_key()
    assert kind is not None  # noqa: S101 - `_movable` has asked
    undoes, only = tuple(group.actions), net[0]
    if len(net) == 1 and present[key_of(only)] is not UNKNOWN:
        kind = _kind_of(only) or kind
        return Inverse(undoes, kind, only.level, only.entity_id, only.name, only.field, only.old, only.new)
    level, entity_id, name = about.level, about.entity_id, about.entity_name
    if len(net) == 1:
        level, entity_id, name = only.level, only.entity_id, only.name
    before, wanted = ({step.key: getattr(step, end) for step in net} for end in ("old", "new"))
    if about.field != STEPS:
        return Inverse(undoes, kind, level, entity_id, name, only.field, only.old, only.new)
    return Inverse(undoes, kind, level, entity_id, name, STEPS, before, wanted, tuple(net))


def _kind_of(step: Step) -> str | None:
    """The kind that makes this one write; None: as the change's own inverse says."""
    if step.field == "status":
        return "activate" if step.new == "ACTIVE" else "pause"
    return "set_budget" if step.field in BUDGETS else None


def _raises(step: Step) -> bool:
    return isinstance(step.old, int) and isinstance(step.new, int) and step.new > step.old


def said(name: str, value: Any, currency: str) -> str:
    """A value as Meta stores it, for a sentence."""
    if value is None:
        return "unknown"
    if name in BUDGETS and isinstance(value, int):
        return money_text(value, currency)
    if isinstance(value, Mapping):
        return value_text(name, value, currency)
    return str(value).lower() if name == "status" else str(value)
