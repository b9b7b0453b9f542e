"""What was sent to Meta for an action: one entry per journal step, forwards and back, in the order it happened."""

import json
from dataclasses import dataclass
from typing import Any

from metaads.models import JournalStep, Level
from optimization.value_words import change_text, value_text

State = JournalStep.State
LEVELS: dict[str, str] = {one.value: one.label.lower() for one in Level}
TONES: dict[str, str] = {State.DONE: "good", State.FAILED: "bad", State.NEEDS_PERSON: "bad"}


@dataclass(frozen=True)
class Sent:
    """`title` says what was to be done, `seen` what Meta last showed; `request` and `answer` are JSON text."""

    title: str
    level: str
    entity_id: str
    change: str
    state: str
    tone: str
    times: int
    seen: str
    made: str
    error: str
    trace: str
    request: str
    answer: str


def sent_step(step: JournalStep, currency: str) -> Sent:
    """`currency`: of the account, for amounts."""
    place = step.key.rpartition(":")[2]
    back = place.startswith("r")
    sets = step.op == JournalStep.Op.SET
    return Sent(
        title=f"{place.removeprefix('r')}{' back' if back else ''}. {_field(step) if sets else step.get_op_display()}",
        level=LEVELS.get(step.level, step.level),
        entity_id=step.entity_id,
        change=change_text(step.field, step.old, step.new, currency) if sets else "",
        state=step.get_state_display(),
        tone=TONES.get(step.state, "live"),
        times=step.sent,
        seen="" if step.last_seen is None else _short(step.field, step.last_seen, currency),
        made=step.made_id,
        error=step.error,
        trace=step.fbtrace_id,
        request=_pretty(step.request),
        answer=_pretty(step.answer),
    )


def _field(step: JournalStep) -> str:
    return step.field.replace("_", " ").capitalize()


def _short(field: str, value: Any, currency: str) -> str:
    said = value_text(field, value, currency)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) and said == str(value) else said


def _pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) if value else ""
