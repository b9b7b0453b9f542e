"""Undo: a new action with the old value, proposed and approved in one step."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads import switch
from optimization.entities import load_one
from optimization.kinds import KINDS
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.queue.decision import approved, load, may_decide, who
from optimization.queue.errors import AlreadyDecided, Invalid, Stale
from optimization.queue.propose import percent_change
from optimization.queue.states import move

BY_PERSON, TIME_IS_OVER = "undo", "timed"
CAME_TO_NOTHING = (Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED, Status.SUPERSEDED)


def undo(action_id: int, user: User | None, now: datetime) -> Action:
    """Puts the old value back, if the entity still has ours: a new action, proposed and approved in one step."""
    original = load(action_id)
    may_decide(original, user)
    inverse = KINDS[original.kind].inverse_key()
    if original.status != Status.EXECUTED or inverse is None:
        raise Invalid(f"Only an executed change can be undone; this one is {original.get_status_display().lower()}.")
    entity = load_one(original.account, original.level, original.entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta.")
    off = switch.why_off(switch.EXECUTOR)
    if off:
        raise Invalid(f"Nothing can be undone now: {off}")
    with transaction.atomic():
        row = Action.objects.select_for_update().get(pk=original.pk)
        if row.undos.exclude(status__in=CAME_TO_NOTHING).exists():
            raise AlreadyDecided("It is being undone already.")
        _make_way(row, inverse, now, "A person undoes the last change instead.")
        return _undo_action(row, inverse, user, now)


def undo_as_timed(original: Action, timed: str, now: datetime) -> Action:
    """The undo of a change whose time is over, by the system. Call it with the original's row locked and checked.

    `timed`: for how long it was meant, in words. The database refuses a second undo (IntegrityError).
    """
    kind = KINDS[original.kind].inverse_key()
    if kind is None:
        raise Invalid(f"{KINDS[original.kind].label} cannot be undone.")
    _make_way(original, kind, now, "The time of the last change is over, so it is undone instead.")
    return _undo_action(original, kind, None, now, timed)


def _make_way(original: Action, kind: str, now: datetime, reason: str) -> None:
    """An open proposal of the same kind would stand in the undo's way: what is wanted now goes first."""
    same = Action.objects.filter(
        account_id=original.account_id,
        level=original.level,
        entity_id=original.entity_id,
        kind=kind,
        status__in=OPEN_STATUSES,
    )
    for proposal in same:
        move(proposal, Status.SUPERSEDED, now=now, actor="system", payload={"reason": reason}, outcome_note=reason)


def _undo_action(original: Action, kind: str, user: User | None, now: datetime, timed: str | None = None) -> Action:
    """A person's undo, or the system's where `timed` says for how long the change was meant."""
    back, ours = original.value_before, original.value_final
    when = original.executed_at or now
    made = f"{when.astimezone(original.account.zone):%Y-%m-%d %H:%M}"
    by: dict[str, Any] = who(user) if timed is None else {"actor": "system", "user_id": None}
    action = Action.objects.create(
        account_id=original.account_id,
        level=original.level,
        entity_id=original.entity_id,
        entity_name=original.entity_name,
        campaign_id=original.campaign_id,
        campaign_name=original.campaign_name,
        kind=kind,
        source=Source.UNDO,
        undo_of=original,
        proposed_by=user,
        field=original.field,
        value_before=ours,
        value_wanted=back,
        value_final=back,
        currency=original.currency,
        amount_pct=percent_change(ours, back),
        at_stake=original.at_stake,
        reason_code=BY_PERSON if timed is None else TIME_IS_OVER,
        reason=f"Undo of the change of {made}." if timed is None else f"The change of {made} was meant {timed}.",
        confidence_note="a person's decision" if timed is None else "as its rule said",
        status=Status.PENDING,
        proposed_at=now,
        refreshed_at=now,
    )
    payload = {"undo_of": str(original.public_id), "before": ours, "wanted": back, "field": original.field}
    made_of: dict[str, Any] = {"account_id": action.account_id, "action_id": action.public_id, "payload": payload}
    record("optimization_suggested", now=now, **made_of, **by)
    return approved(action, user, now, "undo", by=by)


def mark_reverted(original: Action, undo: Action, now: datetime) -> None:
    """The original of an undo that took effect. Call in the transaction that says so."""
    if original.status == Status.EXECUTED:
        move(
            original,
            Status.REVERTED,
            now=now,
            actor="executor",
            payload={"undone_by": str(undo.public_id)},
            outcome_note="Undone: the old value stands again.",
        )
