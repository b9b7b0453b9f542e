"""Timed changes: undone by themselves, hours later or at the end of the day, unless a person keeps them.

The moment stands on the action from when the change took effect, so that it outlives every restart. The undo is an
ordinary action (`queue.undoing`); what somebody else has changed since is left as it is, and people are told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from intelligence.metrics import windows
from metaads import switch
from metaads.models import AdAccount, OutsideChange
from notifications.send import notify
from optimization.kinds import describe
from optimization.ledger import record
from optimization.models import Action, EmergencyStop, Source, Status
from optimization.queue.decision import BEING_UNDONE, already, load, may_decide, who
from optimization.queue.errors import AlreadyDecided, Invalid, QueueError
from optimization.queue.inverse import inverse_of, said
from optimization.queue.undoing import NO_UNDO, TIME_IS_OVER, being_undone, undo_as_timed

LAPSED = Q(status__in=(Status.EXPIRED, Status.SUPERSEDED)) | Q(status=Status.CANCELLED, decision_note=TIME_IS_OVER)
"""An undo that nobody decided against. What a person takes back has that person's words as its note, not ours."""


@dataclass(frozen=True)
class Timed:
    """For so many hours, or (None) for the account's day on which it takes effect."""

    hours: int | None

    @property
    def words(self) -> str:
        return "for today only" if self.hours is None else f"for {self.hours} h"


def timed_of(action: Action) -> Timed | None:
    """What the person, or the rule, says about the end of this change; None = it stays."""
    if action.timed is not None:
        return Timed(action.timed.get("hours"))
    if action.rule_version is None:
        return None
    steps = action.rule_version.document.get("actions", ())
    said = next((step.get("timed") for step in steps if step.get("kind") == action.kind), None)
    return Timed(said.get("undo_after_hours")) if said else None


def undo_time(action: Action, now: datetime) -> datetime | None:
    """When a change that took effect at `now` is to be undone; "today only" ends with the account's local day."""
    timed = timed_of(action)
    if timed is None:
        return None
    if timed.hours is not None:
        return now + timedelta(hours=timed.hours)
    zone = action.account.zone
    return windows.day_start(windows.local_day(now, zone) + timedelta(days=1), zone)


@transaction.atomic
def keep(action_id: int, user: User | None, now: datetime) -> Action:
    """The change stays: it is no longer undone by itself. Raises NotAllowed, AlreadyDecided or Invalid."""
    action = load(action_id)
    may_decide(action, user)
    if action.status != Status.EXECUTED:
        raise already(action)
    if action.kept_at is not None:
        raise AlreadyDecided("It is kept already.")
    if action.undo_at is None:
        raise Invalid("It would not be undone by itself, so there is nothing to keep.")
    row = Action.objects.select_for_update().get(pk=action.pk)
    if being_undone(row):
        raise AlreadyDecided(f"{BEING_UNDONE} Take the undo back, if it has not begun.")
    open_still = Action.objects.filter(pk=row.pk, status=Status.EXECUTED, kept_at__isnull=True)
    if not open_still.update(kept_at=now, kept_by=user):
        raise AlreadyDecided("It is kept already.")
    _record(row, now, {"would_have_been_undone_at": row.undo_at.isoformat() if row.undo_at else None}, **who(user))
    return load(action_id)


def due(account: AdAccount, now: datetime) -> list[int]:
    """Ids of changes whose time is over, that nobody kept and that have no undo under way, nor one of ours that waits
    for a person, was refused by one, or failed. One that only lapsed (a stop handed it back) is tried again."""
    rows = Action.objects.filter(account=account, status=Status.EXECUTED, undo_at__lte=now, kept_at__isnull=True)
    undos = Action.objects.filter(undo_of__isnull=False).exclude(status__in=NO_UNDO)
    ours = Action.objects.filter(undo_of__isnull=False, reason_code=TIME_IS_OVER).exclude(LAPSED).values("undo_of")
    free = rows.exclude(pk__in=undos.values("undo_of")).exclude(undone_with__in=undos.values("pk")).exclude(pk__in=ours)
    return list(free.order_by("undo_at", "pk").values_list("pk", flat=True))


def undo_due(account: AdAccount, now: datetime) -> int:
    """Begins the undo of every timed change whose time is over. While the executor is off, or a stop is in force, they
    wait. Safe from two workers at once: the database lets one undo through."""
    if not switch.is_on(switch.EXECUTOR) or EmergencyStop.objects.in_force(account):
        return 0
    return sum(_undo(action_id, now) for action_id in due(account, now))


def _undo(action_id: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            row = Action.objects.select_for_update(of=("self",)).get(pk=action_id)
            if row.kept_at is not None or action_id not in due(row.account, now):
                return 0
            why_not = _why_not(row)
            if why_not:
                _let_be(row, why_not, now)
                return 0
            timed = timed_of(row)
            undo_as_timed(row, timed.words if timed else "", now)
    except QueueError:  # another worker's undo stands already, or somebody decided on the same just now
        return 0
    return 1


def _why_not(action: Action) -> str:
    """Why it is left as it is; empty = it can be undone."""
    inverse = inverse_of(action)
    if isinstance(inverse, str):
        return inverse[:1].lower() + inverse[1:]
    if _set_again(action):
        ours = said(action.field, action.value_final, action.currency)
        return f"it was changed since, and back to {ours}: that is another hand's wish."
    return ""


def _set_again(action: Action) -> bool:
    """Whether the value is ours only because a later change brought it back: one of ours that stands, or another's."""
    names = ("account_id", "level", "entity_id", "field")
    about: dict[str, Any] = {name: getattr(action, name) for name in names}
    ours = Action.objects.filter(**about, status=Status.EXECUTED, executed_at__gt=action.executed_at)
    theirs = OutsideChange.objects.filter(**about, ours=False, after=action.value_final, at__gt=action.executed_at)
    return ours.exclude(source=Source.UNDO).exists() or theirs.exists()


def _let_be(action: Action, reason: str, now: datetime) -> None:
    """Not undone after all. What another hand set is that hand's wish."""
    note = f"{action.outcome_note} Not undone at the end of its time: {reason}".strip()
    Action.objects.filter(pk=action.pk).update(undo_at=None, outcome_note=note)
    _record(action, now, {"reason": reason}, "system", None)
    head = describe(action)
    notify(
        subject=f"account:{action.account_id}",
        key=f"timed:{action.public_id}",
        kind="alert",
        severity="warning",
        title=f"Not undone: {head.verb} {head.name}",
        body=f"Its time is over, but {reason} Look whether it should be as it is.",
        link=f"/actions/{action.public_id}/",
        now=now,
    )


def _record(action: Action, now: datetime, payload: dict[str, object], actor: str, user_id: int | None) -> None:
    record(
        "optimization_kept",
        account_id=action.account_id,
        action_id=action.public_id,
        actor=actor,
        user_id=user_id,
        now=now,
        payload=payload,
    )
