"""What people decide about actions. Views, admin, API and commands call these and hold no rules of their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.decision import CHANGED, already, approved, load, lost, may_decide, must_be_offered, who
from optimization.queue.errors import Invalid, QueueError, Stale
from optimization.queue.fitting import check_fits
from optimization.queue.four_eyes import FIRST_YES
from optimization.queue.locks import must_be_free
from optimization.queue.modifying import modify_and_approve
from optimization.queue.notes import annotate
from optimization.queue.propose import propose
from optimization.queue.resolving import resolve
from optimization.queue.states import LostRace, move
from optimization.queue.timed import keep
from optimization.queue.undoing import undo

__all__ = [
    "annotate",
    "approve",
    "approve_many",
    "cancel",
    "keep",
    "may_decide",
    "modify_and_approve",
    "propose",
    "reject",
    "reject_many",
    "resolve",
    "undo",
]


def approve(action_id: int, user: User | None, now: datetime, version: int | None = None, note: str = "") -> Action:
    """Approves an open proposal and wakes the executor. `version`: what the person saw; another one is refused.

    Raises AlreadyDecided, Locked, NotAllowed, NotOffered or Stale.
    """
    action = load(action_id)
    may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise already(action)
    must_be_offered()
    if version is not None and version != action.version:
        raise Stale(CHANGED)
    must_be_free(action, check_fits(action, now), now)
    return approved(action, user, now, note)


def reject(action_id: int, user: User | None, now: datetime, reason: str) -> Action:
    """Rejects an open proposal; it stays away for 72 h. A reason is needed: later models learn from it."""
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two.")
    action = load(action_id)
    may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise already(action)
    return _close(action, Status.REJECTED, user, now, reason)


def cancel(action_id: int, user: User | None, now: datetime, reason: str = "") -> Action:
    """Takes back a proposal or an approval that no worker has begun to carry out."""
    action = load(action_id)
    may_decide(action, user)
    if action.status not in (*OPEN_STATUSES, Status.APPROVED):
        raise already(action)
    return _close(action, Status.CANCELLED, user, now, reason)


def _close(action: Action, to: Status, user: User | None, now: datetime, reason: str) -> Action:
    text = reason.strip()
    try:
        return move(
            action,
            to,
            now=now,
            payload={"reason": text},
            decided_at=now,
            decided_by=user,
            decision_note=text,
            outcome_note=text,
            finished_at=now,
            **who(user),
        )
    except LostRace as race:
        raise lost(race) from None


def _each(ids: Iterable[int], decide: Any) -> dict[int, str]:
    answers: dict[int, str] = {}
    for action_id in ids:
        try:
            done = decide(action_id)
            answers[action_id] = FIRST_YES if done.status in OPEN_STATUSES else ""
        except QueueError as error:
            answers[action_id] = str(error)
    return answers


def approve_many(seen: Mapping[int, int], user: User, now: datetime) -> dict[int, str]:
    """Approves each by itself; the answer maps ids to what went wrong, empty = approved.

    `seen` maps ids to the versions that the person looked at: one that has changed since is refused.
    """
    return _each(seen, lambda action_id: approve(action_id, user, now, version=seen[action_id]))


def reject_many(ids: Iterable[int], user: User, now: datetime, reason: str) -> dict[int, str]:
    """Rejects each by itself; the answer maps ids to what went wrong, empty = rejected."""
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two.")
    return _each(ids, lambda action_id: reject(action_id, user, now, reason))
