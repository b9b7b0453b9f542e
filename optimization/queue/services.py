"""What people decide about actions. Views, admin, API and commands call these and hold no rules of their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from optimization.entities import Entity, load_one
from optimization.guards import GUARDS, judge_all
from optimization.guards.base import Outcome
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.kinds.budget import MOST_MONEY
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.queue.decision import CHANGED, already, approved, load, lost, may_decide, must_be_offered, who
from optimization.queue.errors import Invalid, QueueError, Stale
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.propose import percent_change, propose, stake_of
from optimization.queue.resolving import resolve
from optimization.queue.states import LostRace, move
from optimization.queue.timed import keep
from optimization.queue.undoing import undo

__all__ = [
    "approve",
    "approve_many",
    "cancel",
    "keep",
    "modify_and_approve",
    "propose",
    "reject",
    "reject_many",
    "resolve",
    "undo",
]


NO_BUDGET = "amount: give a budget above 0, or pause instead."


def _check_fresh(action: Action, now: datetime) -> Entity:
    """Refuses what no longer fits; returns the entity as the mirror shows it."""
    if action.expires_at and action.expires_at <= now:
        raise Stale("This proposal has expired. If its cause persists, the next evaluation brings it back.")
    if action.stale_reason:
        raise Stale(f"This proposal is stale: {action.stale_reason}")
    if action.rule_version is not None and action.rule_version.rule.current_id != action.rule_version_id:
        raise Stale("Its rule was edited since. If the new version wants it too, the next evaluation brings it back.")
    entity = load_one(action.account, action.level, action.entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta.")
    current = entity.value_of(action.field)
    if current != action.value_before:
        raise Stale(f"It was changed meanwhile: the proposal saw {action.value_before}, now it is {current}.")
    return entity


def approve(action_id: int, user: User | None, now: datetime, version: int | None = None, note: str = "") -> Action:
    """Approves an open proposal and wakes the executor. `version`: what the person saw; another one is refused.

    Raises AlreadyDecided, NotAllowed, NotOffered or Stale.
    """
    action = load(action_id)
    may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise already(action)
    must_be_offered()
    if version is not None and version != action.version:
        raise Stale(CHANGED)
    _check_fresh(action, now)
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


def _wanted_change(entity: Entity, amount: Decimal, currency: str) -> FieldChange:
    """The budget that a person gave, in the minor unit. Raises Invalid for what no budget can be."""
    if amount <= 0:
        raise Invalid(NO_BUDGET)
    if amount > MOST_MONEY:
        raise Invalid(f"amount: the most a budget can be is {MOST_MONEY:,}.")
    change = KINDS["set_budget"].change(entity, {"amount": amount}, currency)
    if isinstance(change, Refusal):
        raise Invalid(f"amount: {change.reason}")
    if int(change.wanted) < 1:
        raise Invalid(NO_BUDGET)
    return change


def modify_and_approve(action_id: int, user: User, now: datetime, amount: Decimal, note: str = "") -> Action:
    """Approves with another budget (`amount` in the account's major unit). Checked by the rails as a person's wish."""
    action = load(action_id)
    may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise already(action)
    must_be_offered()
    if action.field == "status":
        raise Invalid("amount: only a budget can be modified; this action changes the status.")
    entity = _check_fresh(action, now)
    change = _wanted_change(entity, amount, action.account.currency)
    wish = Wish(Source.PERSON, "set_budget", action.field, action.value_before, change.wanted, action.data_read_at)
    judgement = judge_all(facts_for(surroundings(action.account, now), wish, entity, entity.value_of(action.field)))
    hard = [v for v in judgement.verdicts if v.outcome is Outcome.BLOCK and GUARDS[v.guard].hard]
    if hard:
        raise Invalid(f"amount: {hard[0].reason}")
    was = {"value_final": action.value_final, "amount_pct": str(action.amount_pct), "kind": action.kind}
    updates: dict[str, Any] = {
        "value_final": change.wanted,
        "amount_pct": percent_change(action.value_before, change.wanted),
        "at_stake": _modified_stake(action, change.wanted),
        "modified_from": was,
        "verdicts": [verdict.as_json() for verdict in judgement.verdicts],
        "safety_score": judgement.safety,
    }
    with transaction.atomic():
        fresh = approved(action, user, now, note, **updates)
        record(
            "optimization_modified",
            account_id=action.account_id,
            action_id=action.public_id,
            now=now,
            payload={"instead_of": was, "value_final": change.wanted, "note": note},
            **who(user),
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


def _each(ids: Iterable[int], decide: Any) -> dict[int, str]:
    answers: dict[int, str] = {}
    for action_id in ids:
        try:
            decide(action_id)
            answers[action_id] = ""
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
