"""The life cycle: which status may follow which, and the one function that moves an action.

A move is one conditional UPDATE with its ledger event in the same transaction; whoever loses the race is told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from optimization.ledger import Entry, record, record_many
from optimization.models import IN_FLIGHT_STATUSES, OPEN_STATUSES, Action, Hold, Status

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.SUGGESTED: frozenset(
        {Status.APPROVED, Status.REJECTED, Status.CANCELLED, Status.EXPIRED, Status.SUPERSEDED}
    ),
    Status.PENDING: frozenset(
        {
            Status.APPROVED,
            Status.REJECTED,
            Status.CANCELLED,
            Status.EXPIRED,
            Status.SUPERSEDED,
            Status.EXECUTED,
        }
    ),
    Status.APPROVED: frozenset({Status.EXECUTING, Status.CANCELLED, Status.EXPIRED, Status.PENDING, Status.EXECUTED}),
    Status.EXECUTING: frozenset({Status.EXECUTED, Status.FAILED, Status.UNCERTAIN, Status.APPROVED}),
    Status.UNCERTAIN: frozenset({Status.EXECUTED, Status.FAILED, Status.NEEDS_PERSON, Status.EXECUTING}),
    Status.NEEDS_PERSON: frozenset({Status.EXECUTED, Status.FAILED}),
    Status.EXECUTED: frozenset({Status.REVERTED}),
}

EVENT: dict[Status, str] = {
    Status.PENDING: "optimization_refreshed",
    Status.APPROVED: "optimization_approved",
    Status.EXECUTING: "optimization_executing",
    Status.UNCERTAIN: "optimization_uncertain",
    Status.NEEDS_PERSON: "optimization_uncertain",
    Status.EXECUTED: "optimization_executed",
    Status.REVERTED: "optimization_reverted",
    Status.FAILED: "optimization_failed",
    Status.REJECTED: "optimization_rejected",
    Status.CANCELLED: "optimization_cancelled",
    Status.EXPIRED: "optimization_expired",
    Status.SUPERSEDED: "optimization_superseded",
}


class IllegalMove(Exception):
    """The life cycle has no such arrow: a programming error, refused before anything is written."""


class LostRace(Exception):
    """Somebody else moved the action first. `now_is` is the status found."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.now_is = Status(action.status)
        super().__init__(f"already {self.now_is.label.lower()}")


def move(
    action: Action,
    to: Status,
    *,
    now: datetime,
    actor: str,
    user_id: int | None = None,
    payload: dict[str, Any] | None = None,
    **updates: Any,
) -> Action:
    """Moves `action` from the status it was loaded with to `to`, or raises LostRace. `updates`: further columns.

    Content columns in `updates` are written only if the version is still the loaded one.
    """
    start = Status(action.status)
    if to not in TRANSITIONS.get(start, frozenset()):
        raise IllegalMove(f"{start} -> {to}")
    if (
        to is Status.PENDING
    ):  # whoever approved it, the next decision is a person's, and a yes from before counts no more
        updates |= {"alone": False, "version": action.version + 1}
    with transaction.atomic():
        changed = Action.objects.filter(pk=action.pk, status=start, version=action.version).update(status=to, **updates)
        fresh = Action.objects.select_related("account__connection").get(pk=action.pk)
        if changed != 1:
            raise LostRace(fresh)
        if start in IN_FLIGHT_STATUSES and to not in IN_FLIGHT_STATUSES:
            Hold.objects.filter(action=action).delete()  # Others may take what it held.
        record(
            EVENT[to],
            account_id=action.account_id,
            actor=actor,
            now=now,
            action_id=action.public_id,
            user_id=user_id,
            payload={"from": start.value, "to": to.value, **(payload or {})},
        )
    return fresh


@transaction.atomic
def close_many(account_id: int, reasons: Mapping[int, str], to: Status, *, now: datetime, actor: str) -> int:
    """Moves open proposals of one account at once, each (by id) with its reason; gives how many.

    As `move`, but one on which somebody decided at this very moment is left to that decision.
    """
    found = Action.objects.select_for_update().filter(pk__in=reasons, status__in=OPEN_STATUSES).order_by("pk")
    locked = list(found.values_list("pk", "public_id", "status"))
    by_reason: dict[str, list[int]] = {}
    for pk, _, status in locked:
        if to not in TRANSITIONS[Status(status)]:
            raise IllegalMove(f"{status} -> {to}")
        by_reason.setdefault(reasons[pk], []).append(pk)
    for reason, ids in by_reason.items():
        Action.objects.filter(pk__in=ids).update(status=to, outcome_note=reason)
    told = [
        Entry(EVENT[to], actor, {"from": status, "to": to.value, "reason": reasons[pk]}, public_id)
        for pk, public_id, status in locked
    ]
    record_many(account_id, told, now)
    return len(locked)
