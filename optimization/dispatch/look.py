"""What Meta shows now of what an action changed. Reads only."""

from dataclasses import dataclass

from metaads import executor
from metaads.executor import Change, Finding
from optimization.models import Action
from optimization.steps import Step, steps_of


@dataclass(frozen=True)
class Seen:
    """One object. `there`: whether the value that was set stands; None = Meta did not tell. `delivery`: its word."""

    entity_id: str
    field: str
    there: bool | None
    value: object
    delivery: str


def look(action: Action) -> list[Seen]:
    """One GET a changed field. Raises metaads.graph.errors and SwitchedOff."""
    if action.steps:
        steps = [step for step in steps_of(action.steps) if step.op == "set" and not step.entity_id.startswith("$")]
    else:
        before, after = action.value_before, action.value_final
        steps = [Step("set", action.level, action.entity_id, "", action.field, before, after)]
    return [_seen(action, step) for step in steps]


def _seen(action: Action, step: Step) -> Seen:
    change = Change(action.account, step.level, step.entity_id, step.field, step.old, step.new)
    live = executor.read(change)
    found = executor.compare(change, live)
    there = None if found is Finding.UNKNOWN else found is Finding.THERE
    return Seen(step.entity_id, step.field, there, live.value, str(live.raw.get("effective_status", "")))
