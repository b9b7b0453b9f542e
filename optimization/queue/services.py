"""What people decide about actions. Views, admin, API and commands call these and hold no rules of their own."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from metaads import switch
from metaads.models import Role
from metaads.models.membership import has_role
from optimization.entities import Entity, load_one
from optimization.guards import GUARDS, judge_all
from optimization.guards.base import Outcome
from optimization.kinds import KINDS, Refusal
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Rule, Source, Status
from optimization.queue.enqueue import wake_executor
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed, QueueError, Stale
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.propose import percent_change, propose, stake_of
from optimization.queue.states import LostRace, move

__all__ = [
    "approve",
    "approve_many",
    "cancel",
    "modify_and_approve",
    "propose",
    "reject",
    "reject_many",
    "undo",
]

BY_HAND = "Approved, to be done by hand: {reason}"


def _load(action_id: int) -> Action:
    return Action.objects.select_related("account__connection", "decided_by", "rule_version").get(pk=action_id)


def _may_decide(action: Action, user: User | None) -> None:
    """`user` None = the operator at the command line."""
    if user is not None and not has_role(user, action.account, Role.MANAGER):
        raise NotAllowed("Deciding is for managers of this ad account. Ask an administrator for the role.")


def _who(user: User | None) -> dict[str, Any]:
    return {"actor": "user" if user else "operator", "user_id": user.pk if user else None}


def _already(action: Action) -> AlreadyDecided:
    label = Status(action.status).label.lower()
    by = f" by {action.decided_by.get_username()}" if action.decided_by else ""
    return AlreadyDecided(f"It is already {label}{by}.")


def _check_fresh(action: Action, now: datetime) -> Entity:
    """Refuses what no longer fits; returns the entity as the mirror shows it."""
    if action.expires_at and action.expires_at <= now:
        raise Stale("This proposal has expired. If its cause persists, the next evaluation brings it back.")
    if action.stale_reason:
        raise Stale(f"This proposal is stale: {action.stale_reason}")
    entity = load_one(action.account, action.level, action.entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta.")
    current = entity.value_of(action.field)
    if current != action.value_before:
        raise Stale(f"It was changed meanwhile: the proposal saw {action.value_before}, now it is {current}.")
    return entity


def _count_for_rule(action: Action, column: str) -> None:
    if action.rule_version is not None:
        Rule.objects.filter(pk=action.rule_version.rule_id).update(**{column: F(column) + 1})


def approve(action_id: int, user: User | None, now: datetime, version: int | None = None, note: str = "") -> Action:
    """Approves an open proposal and wakes the executor. `version`: what the person saw; another one is refused.

    Raises AlreadyDecided, NotAllowed or Stale.
    """
    action = _load(action_id)
    _may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise _already(action)
    if version is not None and version != action.version:
        raise Stale("The proposal has changed since you looked. Look at the new figures, then decide.")
    _check_fresh(action, now)
    return _approved(action, user, now, note)


@transaction.atomic
def _approved(action: Action, user: User | None, now: datetime, note: str, **updates: Any) -> Action:
    off = switch.why_off(switch.EXECUTOR)
    try:
        fresh = move(
            action,
            Status.APPROVED,
            now=now,
            payload={"value": updates.get("value_final", action.value_final), "note": note, "by_hand": bool(off)},
            decided_at=now,
            decided_by=user,
            decision_note=note,
            expires_at=now + settings.APPROVAL_EXPIRES_AFTER,
            held_since=now if off else None,
            next_try_at=None,
            outcome_note=BY_HAND.format(reason=off) if off else "",
            **_who(user),
            **updates,
        )
    except LostRace as race:
        raise _already(_load(race.action.pk)) from None
    _count_for_rule(action, "approved")
    if not off:
        wake_executor(action.pk)
    return fresh


def reject(action_id: int, user: User | None, now: datetime, reason: str) -> Action:
    """Rejects an open proposal; it stays away for 72 h. A reason is needed: later models learn from it."""
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two.")
    action = _load(action_id)
    _may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise _already(action)
    return _close(action, Status.REJECTED, user, now, reason)


def cancel(action_id: int, user: User | None, now: datetime, reason: str = "") -> Action:
    """Takes back a proposal or an approval that no worker has begun to carry out."""
    action = _load(action_id)
    _may_decide(action, user)
    if action.status not in (*OPEN_STATUSES, Status.APPROVED):
        raise _already(action)
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
            **_who(user),
        )
    except LostRace as race:
        raise _already(_load(race.action.pk)) from None


def modify_and_approve(action_id: int, user: User, now: datetime, amount: Decimal, note: str = "") -> Action:
    """Approves with another budget (`amount` in the account's major unit). Checked by the rails as a person's wish."""
    action = _load(action_id)
    _may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise _already(action)
    if action.field == "status":
        raise Invalid("amount: only a budget can be modified; this action changes the status.")
    entity = _check_fresh(action, now)
    kind = KINDS["set_budget"]
    if amount <= 0:
        raise Invalid("amount: give a budget above 0, or pause instead.")
    change = kind.change(entity, {"amount": amount}, action.account.currency)
    if isinstance(change, Refusal):
        raise Invalid(f"amount: {change.reason}")
    wish = Wish(Source.PERSON, "set_budget", action.field, action.value_before, change.wanted, action.data_read_at)
    judgement = judge_all(facts_for(surroundings(action.account, now), wish, entity, entity.value_of(action.field)))
    hard = [v for v in judgement.verdicts if v.outcome is Outcome.BLOCK and GUARDS[v.guard].hard]
    if hard:
        raise Invalid(f"amount: {hard[0].reason}")
    was = {"value_final": action.value_final, "amount_pct": str(action.amount_pct), "kind": action.kind}
    updates = {
        "value_final": change.wanted,
        "amount_pct": percent_change(action.value_before, change.wanted),
        "at_stake": _modified_stake(action, change.wanted),
        "modified_from": was,
        "verdicts": [verdict.as_json() for verdict in judgement.verdicts],
        "safety_score": judgement.safety,
    }
    with transaction.atomic():
        fresh = _approved(action, user, now, note, **updates)
        record(
            "optimization_modified",
            account_id=action.account_id,
            action_id=action.public_id,
            now=now,
            payload={"instead_of": was, "value_final": change.wanted, "note": note},
            **_who(user),
        )
    return fresh


def _modified_stake(action: Action, wanted: int | str) -> int | None:
    """The proposal's stake in proportion to the change that a person makes of it."""
    if action.field == "daily_budget":
        return stake_of(action.field, action.value_before, wanted, None)
    was = abs(int(action.value_final) - int(action.value_before))
    return (
        None
        if action.at_stake is None or was == 0
        else action.at_stake * abs(int(wanted) - int(action.value_before)) // was
    )


def undo(action_id: int, user: User | None, now: datetime) -> Action:
    """Puts the old value back, if the entity still has ours: a new action, proposed and approved in one step."""
    original = _load(action_id)
    _may_decide(original, user)
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
        if row.undos.exclude(status__in=[Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED]).exists():
            raise AlreadyDecided("It is being undone already.")
        return _undo_action(row, inverse, user, now)


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
        **_who(user),
    )
    return _approved(action, user, now, "undo")


def _each(ids: Iterable[int], decide: Any) -> dict[int, str]:
    answers: dict[int, str] = {}
    for action_id in ids:
        try:
            decide(action_id)
            answers[action_id] = ""
        except QueueError as error:
            answers[action_id] = str(error)
    return answers


def approve_many(ids: Iterable[int], user: User, now: datetime) -> dict[int, str]:
    """Approves each by itself; the answer maps ids to what went wrong, empty = approved."""
    return _each(ids, lambda action_id: approve(action_id, user, now))


def reject_many(ids: Iterable[int], user: User, now: datetime, reason: str) -> dict[int, str]:
    """Rejects each by itself; the answer maps ids to what went wrong, empty = rejected."""
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two.")
    return _each(ids, lambda action_id: reject(action_id, user, now, reason))
