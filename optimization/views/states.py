"""How each status of an action reads and looks: one table for cards, lists and case files."""

from dataclasses import dataclass

from django.db.models import TextChoices

from optimization.models import Action, Status


@dataclass(frozen=True)
class State:
    """`tone`: good, watch, bad, live or quiet. `live`: it will change by itself, so the page keeps asking."""

    label: str
    tone: str
    live: bool = False


STATES: dict[str, State] = {
    Status.SUGGESTED: State("Suggested", "quiet"),
    Status.PENDING: State("Waiting for approval", "watch"),
    Status.APPROVED: State("Approved, starting…", "live", live=True),
    Status.EXECUTING: State("Approved, executing…", "live", live=True),
    Status.UNCERTAIN: State("Being verified at Meta…", "live", live=True),
    Status.NEEDS_PERSON: State("Needs a person", "bad"),
    Status.EXECUTED: State("Executed", "good"),
    Status.REVERTED: State("Undone", "quiet"),
    Status.FAILED: State("Failed", "bad"),
    Status.REJECTED: State("Rejected", "quiet"),
    Status.CANCELLED: State("Cancelled", "quiet"),
    Status.EXPIRED: State("Expired", "quiet"),
    Status.SUPERSEDED: State("Superseded", "quiet"),
}
HELD_BACK = State("Approved, waiting", "watch", live=True)
BY_HAND = State("Approved, to be done by hand", "watch")
UNDERWAY = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN)
BEING_UNDONE = State("Being undone…", "live", live=True)
DONE_BY_HAND = State("Executed by hand", "good")


def state_of(action: Action) -> State:
    """The state as people read it."""
    if action.status == Status.APPROVED and action.held_since is not None:
        return BY_HAND
    if action.status == Status.APPROVED and action.outcome_note:
        return HELD_BACK
    if action.status == Status.EXECUTED and action.by_hand:
        return DONE_BY_HAND
    return STATES[action.status]


class Group(TextChoices):
    """The tabs of the queue."""

    WAITING = "waiting", "Waiting for you"
    ON_ITS_WAY = "moving", "On its way"
    TROUBLE = "trouble", "Needs a look"
    DONE = "done", "Done"
    HISTORY = "history", "All history"


GROUPS: dict[str, tuple[Status, ...]] = {
    Group.WAITING: (Status.PENDING, Status.SUGGESTED),
    Group.ON_ITS_WAY: UNDERWAY,
    Group.TROUBLE: (Status.NEEDS_PERSON, Status.FAILED),
    Group.DONE: (Status.EXECUTED, Status.REVERTED),
    Group.HISTORY: tuple(Status),
}
