"""Dry run: what carrying an action out would meet now. Writes nothing at Meta and nothing in the database.

Each step is read and compared, all guard rails look, and where Meta can check without effect (`validate_only`) it is
asked to. Copies have no such check, and what only comes to be by an earlier step cannot be asked about: both say so.
"""

from dataclasses import dataclass
from datetime import datetime

from metaads import executor
from metaads.executor import Change, Finding, Live
from metaads.graph.errors import MetaError
from metaads.switch import SwitchedOff
from optimization.dispatch import outage
from optimization.dispatch.claim import why_not_now
from optimization.dispatch.course import Part, parts_of
from optimization.dispatch.judge import judge_rehearsed
from optimization.guards.base import Verdict
from optimization.models import Action
from optimization.steps import is_reference
from optimization.value_words import change_text, value_text

COPIES = "Meta cannot check a copy without making it."
NOT_YET = "Meta can be asked once an earlier step has made it."
ACCEPTED = "Meta would accept it."


@dataclass(frozen=True)
class Rehearsed:
    """One step. `ok`: nothing stands in its way, as far as can be known. `note` says what was found, `meta` what Meta
    said, "" = it was not asked."""

    number: int
    name: str
    field: str
    ok: bool
    note: str
    live: object = None
    meta: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """`ok`: it would be carried out now. `reason`: the first thing in the way, "" = nothing."""

    ok: bool
    reason: str
    steps: tuple[Rehearsed, ...]
    verdicts: tuple[Verdict, ...]


def rehearse(action: Action, now: datetime) -> Rehearsal:
    """`action` may have any status, or not be stored. Asks Meta: call it outside of any transaction."""
    gate = why_not_now(action, now) or outage.why_not(action, probe=False) or ""
    parts = parts_of(action)
    lives: dict[int, Live] = {}
    steps = tuple(_step(part, lives, action.currency, asks=not gate) for part in parts)
    judgement = judge_rehearsed(action, lives, now)
    blocked = judgement.blocked.reason if judgement and judgement.blocked else ""
    gone = "" if judgement else "It no longer exists at Meta."
    reason = next((_told(one, steps) for one in steps if not one.ok), "") or blocked or gone or gate
    return Rehearsal(not reason, reason, steps, judgement.verdicts if judgement else ())


def _told(one: Rehearsed, steps: tuple[Rehearsed, ...]) -> str:
    return f"Step {one.number} ({one.name}): {one.note}" if len(steps) > 1 else one.note


def _step(part: Part, lives: dict[int, Live], currency: str, *, asks: bool) -> Rehearsed:
    change = part.change
    if is_reference(change.entity_id):
        return Rehearsed(part.number, change.name, change.field, True, NOT_YET)
    if change.makes:
        return _asked(part, "Would be made, paused.", None, asks=asks)
    try:
        live = lives[part.number] = executor.read(change)
    except (MetaError, SwitchedOff) as error:
        note = f"Meta could not be read: {error}"
        return Rehearsed(part.number, change.name, change.field, False, note)
    finding = executor.compare(change, live)
    if finding is Finding.DRIFTED:
        saw, shows = (value_text(change.field, value, currency) for value in (change.old, live.value))
        note = f"Changed by someone else: the proposal saw {saw}, Meta shows {shows}."
        return Rehearsed(part.number, change.name, change.field, False, note, live.value)
    if finding is Finding.UNKNOWN:
        note = "Meta did not tell the present value."
        return Rehearsed(part.number, change.name, change.field, False, note)
    if finding is Finding.THERE:
        note = "Nothing to do: Meta already shows the wanted value."
        return Rehearsed(part.number, change.name, change.field, True, note, live.value)
    would = change_text(change.field, live.value, change.new, currency)
    return _asked(part, f"Would change: {would}.", live.value, asks=asks)


def _asked(part: Part, note: str, live: object, *, asks: bool) -> Rehearsed:
    """Lets Meta check it; `asks` False: the gate is shut, and not even that is sent."""
    change = part.change
    if not asks:
        return Rehearsed(part.number, change.name, change.field, True, note, live)
    if _refers(change):
        return Rehearsed(part.number, change.name, change.field, True, note, live, NOT_YET)
    try:
        said = ACCEPTED if executor.validate(change) else COPIES
    except (MetaError, SwitchedOff) as error:
        text = error.detail.for_people() if isinstance(error, MetaError) else str(error)
        return Rehearsed(part.number, change.name, change.field, False, text, live, text)
    return Rehearsed(part.number, change.name, change.field, True, note, live, said)


def _refers(change: Change) -> bool:
    """Whether anything in it stands for what an earlier step makes."""
    return any(isinstance(one, str) and is_reference(one) for one in _leaves(change.params))


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list | tuple):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]
