"""Modify and approve: a person gives another amount for a proposed budget or bid; the rails judge it as their wish."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.graph.money import to_minor
from optimization.entities import Entity
from optimization.guards import Judgement, advisory, hard, judge_all, overridden, told
from optimization.kinds import KINDS, Refusal
from optimization.kinds.budget import MOST_MONEY
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Source
from optimization.outcomes.expected import again
from optimization.queue.decision import already, approved, load, may_decide, must_be_offered, who
from optimization.queue.errors import Invalid
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.fitting import check_fits
from optimization.queue.propose import percent_change, stake_of
from optimization.value_words import value_text

NO_BUDGET = "amount: give a budget above 0, or pause instead."
NO_BID = "amount: give a bid above 0."
NO_AMOUNT = "amount: with this bid strategy Meta takes no amount. Approve it as it is, or reject it."
NOT_THIS = "amount: only a budget or a bid can be modified; {what} Approve it as it is, or reject it and say why."
OTHER = {
    "status": "this action changes the status.",
    "steps": "this action is a plan, approved or rejected as a whole.",
}

Wanted = Callable[[Action, Entity, Decimal], tuple[str, Any]]
"""Kind and value of what a person wants instead."""


def _budget(action: Action, entity: Entity, amount: Decimal) -> tuple[str, Any]:
    if amount <= 0:
        raise Invalid(NO_BUDGET)
    change = KINDS["set_budget"].change(entity, {"amount": amount}, action.account.currency)
    if isinstance(change, Refusal):
        raise Invalid(f"amount: {change.reason.removeprefix('amount: ')}")
    return "set_budget", change.wanted


def _bid(action: Action, entity: Entity, amount: Decimal) -> tuple[str, Any]:
    """Another amount under the proposed strategy; both are sent together."""
    if not isinstance(action.value_final, dict) or type(action.value_final.get("bid_amount")) is not int:
        raise Invalid(NO_AMOUNT)
    minor = to_minor(amount, action.account.currency)
    if minor < 1:
        raise Invalid(NO_BID)
    return action.kind, {**action.value_final, "bid_amount": minor}


WANTED: dict[str, Wanted] = {"daily_budget": _budget, "lifetime_budget": _budget, "bid": _bid}
"""By the field that the action changes; what is not here cannot be modified."""


def modifiable(action: Action) -> bool:
    """Whether there is an amount that a person could change."""
    if action.field == "bid":
        return isinstance(action.value_final, dict) and type(action.value_final.get("bid_amount")) is int
    return action.field in WANTED and isinstance(action.value_final, int)


def modify_and_approve(action_id: int, user: User, now: datetime, amount: Decimal, note: str = "") -> Action:
    """Approves with another budget or bid (`amount` in the account's major unit). Both versions are kept.

    Checked by the rails as a person's wish: a hard one refuses, the others are overridden with the reason in `note`.
    Where two people must approve, the changed proposal waits for the second one.
    """
    action = load(action_id)
    may_decide(action, user)
    if action.status not in OPEN_STATUSES:
        raise already(action)
    must_be_offered()
    wanted = WANTED.get(action.field)
    if wanted is None:
        raise Invalid(NOT_THIS.format(what=OTHER.get(action.field, f"this action changes the {action.field}.")))
    if amount > MOST_MONEY:
        raise Invalid(f"amount: the most an amount can be is {MOST_MONEY:,}.")
    entity = check_fits(action, now)
    kind, value = wanted(action, entity, amount)
    judgement = _judged(action, entity, kind, value, now)
    _must_hold(action, judgement, value, note)
    updates = _columns(action, judgement, value, note)
    was = {"value_final": action.value_final, "amount_pct": str(action.amount_pct), "kind": action.kind}
    with transaction.atomic():
        fresh = approved(action, user, now, note, modified_from=was, **updates)
        _tell(action, was, updates, note, user, now)
    return fresh


def _tell(action: Action, was: dict[str, Any], updates: dict[str, Any], note: str, user: User, now: datetime) -> None:
    """Both versions, and what was overridden, into the ledger."""
    about: dict[str, Any] = {"account_id": action.account_id, "action_id": action.public_id, "now": now, **who(user)}
    said = {"instead_of": was, "value_final": updates["value_final"], "note": note}
    record("optimization_modified", payload=said, **about)
    if updates["overridden"]:
        record("override_set", payload={"rails": updates["overridden"], "reason": note.strip()}, **about)


def _judged(action: Action, entity: Entity, kind: str, value: Any, now: datetime) -> Judgement:
    wish = Wish(Source.PERSON, kind, action.field, action.value_before, value, action.data_read_at)
    return judge_all(facts_for(surroundings(action.account, now), wish, entity, entity.value_of(action.field)))


def _must_hold(action: Action, judgement: Judgement, value: Any, note: str) -> None:
    """Raises Invalid where a hard rail blocks or would trim it, or another one is to be overridden without a reason."""
    blocks = hard(judgement)
    if blocks:
        raise Invalid(f"amount: {blocks[0].reason}")
    if judgement.final != value:
        most = value_text(action.field, judgement.final, action.currency)
        raise Invalid(f"amount: the guard rails let it be {most}. Give that, or reject the proposal.")
    warnings = advisory(judgement)
    if warnings and not note.strip():
        told = " ".join(warning.reason for warning in warnings)
        raise Invalid(f"notes: {told} Say why it is right all the same.")


def _columns(action: Action, judgement: Judgement, value: Any, note: str) -> dict[str, Any]:
    """The columns that say the new value."""
    return {
        "value_final": value,
        "amount_pct": percent_change(action.value_before, value),
        "at_stake": _stake(action, value),
        "expected": again(action.expected, action.field, action.value_before, value),
        "verdicts": told(judgement),
        "safety_score": judgement.safety,
        "overridden": overridden(judgement, note.strip()),
    }


def _stake(action: Action, wanted: Any) -> int | None:
    """The proposal's stake in proportion to the change that a person makes of it; a bid's stays."""
    if action.field == "daily_budget":
        return stake_of(action.field, action.value_before, wanted, None)
    if not isinstance(wanted, int):
        return action.at_stake
    was = abs(int(action.value_final) - int(action.value_before))
    if action.at_stake is None or was == 0:
        return None
    return action.at_stake * abs(wanted - int(action.value_before)) // was
