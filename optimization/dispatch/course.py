"""Where an action stands, by its journal alone: which write comes next, forwards or back.

Steps are journalled one after the other under `{public_id}:{n}`. Once one has failed for good, those before it that
we changed are put back in reverse order under `{public_id}:r{n}`. A crash leaves a journal that says what is next.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metaads.executor import Change
from metaads.models import JournalStep, Level
from optimization.models import Action
from optimization.steps import Step, steps_of

State = JournalStep.State
SETTLED = frozenset({State.DONE, State.FAILED, State.NEEDS_PERSON})
_REFERENCE = re.compile(r"\$(\d+)\Z")


@dataclass(frozen=True)
class Part:
    """One write of an action. `number` counts its steps from 1, `of` is how many there are.

    `begun`: an earlier step of ours is in effect, so failing now means putting back.
    """

    number: int
    of: int
    change: Change
    restoring: bool = False
    begun: bool = False

    def words(self) -> str:
        """Which step, for people; "" where there is only one."""
        return f"Step {self.number} of {self.of} ({self.change.name})" if self.of > 1 else ""


def key_of(action: Action, part: Part) -> str:
    """Journal key: action id and step."""
    return f"{action.public_id}:{'r' if part.restoring else ''}{part.number}"


def journal_of(action: Action) -> dict[str, JournalStep]:
    """Its rows by step: "1", "2", "r2", "r1"."""
    rows = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("pk")
    return {row.key.rpartition(":")[2]: row for row in rows}


def next_part(action: Action) -> Part | None:
    """The write that comes next; None: nothing is left to be written."""
    rows = journal_of(action)
    numbers = range(1, max(1, len(action.steps)) + 1)
    if failed_row(rows) is not None:
        return _next_back(action, rows)
    for number in numbers:
        row = rows.get(str(number))
        if row is None or row.state != State.DONE:
            begun = any(_ours(rows.get(str(earlier))) for earlier in range(1, number))
            return Part(number, len(numbers), _change(action, number, rows), begun=begun)
    return None


def parts_of(action: Action) -> tuple[Part, ...]:
    """All writes of it as planned, whatever is done of them; "$2" stays where it stands for what is not made yet."""
    numbers = range(1, max(1, len(action.steps)) + 1)
    return tuple(Part(number, len(numbers), _change(action, number, {})) for number in numbers)


def failed_row(rows: Mapping[str, JournalStep]) -> JournalStep | None:
    """The step that failed for good, if one did."""
    return next((row for key, row in rows.items() if key.isdigit() and row.state == State.FAILED), None)


def was_changed(action: Action) -> bool:
    """Whether a step of ours took effect (and may since have been put back)."""
    return any(_ours(row) for key, row in journal_of(action).items() if key.isdigit())


def _ours(row: JournalStep | None) -> bool:
    """In effect because we sent it, and not because it stood there already."""
    return row is not None and row.state == State.DONE and (row.sent > 0 or bool(row.made_id))


def _next_back(action: Action, rows: Mapping[str, JournalStep]) -> Part | None:
    for number in range(len(action.steps), 0, -1):
        change = _back(action, rows[str(number)]) if _ours(rows.get(str(number))) else None
        done = rows.get(f"r{number}")
        if change is not None and (done is None or done.state not in SETTLED):
            return Part(number, len(action.steps), change, restoring=True, begun=True)
    return None


def _back(action: Action, row: JournalStep) -> Change | None:
    """The write that takes a step back; None where there is nothing to take back (a creative delivers nothing)."""
    if row.op == JournalStep.Op.SET:
        return Change(action.account, row.level, row.entity_id, row.field, row.new, row.old, name=row.entity_id)
    if row.level not in Level.values:
        return None
    return Change(action.account, row.level, row.made_id, "status", "ACTIVE", "PAUSED", name=row.made_id)


def _change(action: Action, number: int, rows: Mapping[str, JournalStep]) -> Change:
    if not action.steps:
        return Change(
            action.account, action.level, action.entity_id, action.field, action.value_before, action.value_final,
            name=action.entity_name,
        )  # fmt: skip
    step: Step = steps_of(action.steps)[number - 1]
    made = {key: row.made_id for key, row in rows.items() if row.made_id}
    return Change(
        account=action.account,
        level=step.level,
        entity_id=_resolved(step.entity_id, made),
        field=step.field,
        old=step.old,
        new=_resolved(step.new, made),
        op=step.op,
        name=step.name,
        marker=marker_of(action, number) if step.op != "set" else "",
        params=_resolved(dict(step.params), made),
    )


def marker_of(action: Action, number: int) -> str:
    """The ending of the name at Meta of what step `number` makes."""
    return f" [ci {action.public_id.hex[:12]}-{number}]"


def _resolved(value: Any, made: Mapping[str, str]) -> Any:
    """With "$2" replaced by the id of what step 2 made, anywhere inside."""
    if isinstance(value, Mapping):
        return {name: _resolved(one, made) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved(one, made) for one in value]
    match = _REFERENCE.match(value) if isinstance(value, str) else None
    return made.get(match[1], value) if match else value
