"""Undo: a new action with the old value, proposed and approved in one step."""

from datetime import datetime

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
        _make_way(row, inverse, now)
        return _undo_action(row, inverse, user, now)


def _make_way(original: Action, kind: str, now: datetime) -> None:
    """An open proposal of the same kind would stand in the undo's way: what a person wants now goes first."""
    same = Action.objects.filter(
        account_id=original.account_id,
        level=original.level,
        entity_id=original.entity_id,
        kind=kind,
        status__in=OPEN_STATUSES,
    )
    reason = "A person undoes the last change instead."
    for proposal in same:
        move(proposal, Status.SUPERSEDED, now=now, actor="system", payload={"reason": reason}, outcome_note=reason)


def _undo_action(original: Action, kind: str, user: User | None, now: datetime) -> Action:
    back, ours = original.value_before, original.value_final
    when = original.executed_at or now
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
        reason_code="undo",
        reason=f"Undo of the change of {when.astimezone(original.account.zone):%Y-%m-%d %H:%M}.",
        confidence_note="a person's decision",
        status=Status.PENDING,
        proposed_at=now,
        refreshed_at=now,
    )
    payload = {"undo_of": str(original.public_id), "before": ours, "wanted": back, "field": original.field}
    record(
        "optimization_suggested",
        account_id=action.account_id,
        action_id=action.public_id,
        now=now,
        payload=payload,
        **who(user),
    )
    return approved(action, user, now, "undo")


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
