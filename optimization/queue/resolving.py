"""A person settles what the executor could not: sent as often as allowed, and Meta's answer stayed unclear.

Of an action of several steps more may stand at Meta than the person was asked about. As long as any of it does, the
action counts as executed, however much of it is missing: so it can be undone, and its limits stay used.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import JournalStep
from optimization.models import Action, Status
from optimization.queue import reserve
from optimization.queue.decision import already, load, lost, may_decide, who
from optimization.queue.errors import Invalid
from optimization.queue.states import LostRace, move
from optimization.queue.timed import undo_time
from optimization.queue.undoing import mark_reverted

State = JournalStep.State


@transaction.atomic
def resolve(action_id: int, user: User | None, now: datetime, in_effect: bool, note: str) -> Action:
    """`in_effect`: what the person saw at Meta. Raises AlreadyDecided, NotAllowed, or Invalid without a note."""
    action = load(action_id)
    may_decide(action, user)
    if action.status != Status.NEEDS_PERSON:
        raise already(action)
    text = note.strip()
    if not text:
        raise Invalid("note: say what you saw at Meta.")
    stands, left_out = _of_steps(action, in_effect)
    executed = in_effect or stands
    to = Status.EXECUTED if executed else Status.FAILED
    if not executed:
        reserve.give_back(action)
    try:
        fresh = move(
            action,
            to,
            now=now,
            payload={"settled_by_person": True, "in_effect": in_effect, "note": text, "left_out": left_out},
            outcome_note=" ".join([f"Settled by a person: {text}", *_partly(action, left_out)]),
            finished_at=now,
            executed_at=now if executed else None,
            reserved=action.reserved if executed else [],
            undo_at=undo_time(action, now) if executed else None,
            **who(user),
        )
    except LostRace as race:
        raise lost(race) from None
    if in_effect and not left_out and action.undo_of is not None:
        mark_reverted(action.undo_of, fresh, now)
    return fresh


def _of_steps(action: Action, in_effect: bool) -> tuple[bool, list[int]]:
    """Whether a step of ours stands at Meta, and the numbers of those that do not. One write alone has no steps.

    `in_effect` answers for the step whose outcome, or whose putting back, stayed unclear.
    """
    found = JournalStep.objects.filter(key__startswith=f"{action.public_id}:", account=action.account_id)
    rows = {row.key.rpartition(":")[2]: row for row in found}
    ours, left_out = False, list[int]()
    for number in range(1, len(action.steps) + 1):
        row, back = rows.get(str(number)), rows.get(f"r{number}")
        if not _stands(row, back, in_effect):
            left_out.append(number)
        elif row is not None and (row.sent or row.made_id):
            ours = True
    return ours, left_out


def _stands(row: JournalStep | None, back: JournalStep | None, in_effect: bool) -> bool:
    asked = next((one for one in (row, back) if one is not None and one.state == State.NEEDS_PERSON), None)
    if asked is not None:
        return in_effect
    return row is not None and row.state == State.DONE and back is None


def _partly(action: Action, left_out: list[int]) -> list[str]:
    if not left_out or len(left_out) == len(action.steps):
        return []
    numbers = ", ".join(str(number) for number in left_out)
    what = f"step {numbers}" if len(left_out) == 1 else f"steps {numbers}"
    return [f"Done in part: {what} of {len(action.steps)} did not come about. An undo takes back what stands."]
