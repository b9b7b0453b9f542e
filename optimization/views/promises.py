"""What is promised of an action: when it is undone by itself, and whether it acts alone."""

from datetime import datetime

from optimization.models import Action, Status
from optimization.queue.timed import timed_of


def timed_text(action: Action) -> str:
    """ "" for a change that stays."""
    timed = timed_of(action)
    if timed is None:
        return ""
    if action.kept_at is not None:
        return f"Kept: it was meant {timed.words}, and is no longer undone by itself."
    if action.undo_at is not None and action.status == Status.EXECUTED:
        return f"It is meant {timed.words}: it is undone by itself at {_local(action, action.undo_at)}, unless kept."
    if action.executed_at is None and action.finished_at is None:
        return f"It is meant {timed.words}, from when it takes effect. Then it is undone by itself, unless kept."
    return ""


def can_keep(action: Action, may_decide: bool) -> bool:
    """Whether the *Keep* button makes sense."""
    waits = action.status == Status.EXECUTED and action.undo_at is not None and action.kept_at is None
    return may_decide and waits


def alone_text(action: Action) -> str:
    """That it acted alone, or why it waits though its source is automatic; "" where that is no question."""
    if action.alone:
        return "It acted alone: no person approved it, it was within the limits for that."
    if action.status == Status.PENDING and action.why_not_alone:
        return f"Its source is automatic, yet it waits for a person. {action.why_not_alone}"
    return ""


def _local(action: Action, moment: datetime) -> str:
    return action.account.moment(moment)
