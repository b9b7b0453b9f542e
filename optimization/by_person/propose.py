"""Keeping a change by hand and, where no second person must agree, approving it in one step."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads import switch
from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from optimization.by_person.asking import BadParameters, HeldBack, Wanted
from optimization.by_person.look import Look, look
from optimization.by_person.once import first_of, keep_first, must_be_new
from optimization.guards import overridden
from optimization.ledger import record
from optimization.models import Action
from optimization.queue.decision import approved, load, who
from optimization.queue.errors import Invalid, NotAllowed, Stale
from optimization.queue.races import make_way, plainly

FOR_MANAGERS = "Changing something is for managers of this ad account. Ask an administrator for the role."
INSTEAD = "A person does it by hand instead."
OTHERWISE = "It would do something else by now. Look at the new figures, then decide."


def propose_by_hand(
    user: User | None,
    account: AdAccount,
    wanted: Wanted,
    now: datetime,
    *,
    reason: str,
    override_reason: str = "",
    seen: str = "",
    once: str = "",
    approve: bool = True,
) -> Action:
    """Keeps the action and approves it, unless two others must (`four eyes`): then it waits for them.

    `user` None = the operator. `seen`: the fingerprint of what the person looked at; another change is refused.
    `once`: the form's token; sent again, it gives the first action. `approve` False only proposes.
    Raises NotAllowed, BadParameters, HeldBack, Invalid, AlreadyDecided or Stale; nothing is stored then.
    """
    if user is not None and not has_role(user, account, Role.MANAGER):
        raise NotAllowed(FOR_MANAGERS)
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two. The ledger keeps it.")
    off = switch.why_off(switch.INTELLIGENCE)
    if off:
        raise Invalid(f"Nothing is proposed now: {off}")
    with plainly():
        AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        first = first_of(user, wanted, once) if user and once else None
        if first is not None:
            return first
        found = look(account, wanted, now, user, reason)
        _must_hold(found, override_reason, seen)
        must_be_new(found.action, user, now)
        action = _kept(found, user, now, override_reason.strip())
        if user and once:
            keep_first(user, wanted, once, action)
        return _approved(action, user, now) if approve else load(action.pk)


def _must_hold(found: Look, override_reason: str, seen: str) -> None:
    if found.hard:
        raise HeldBack(" ".join(verdict.reason for verdict in found.hard))
    if seen and seen != found.seen:
        raise Stale(OTHERWISE)
    if found.advisory and not override_reason.strip():
        told = " ".join(verdict.reason for verdict in found.advisory)
        raise BadParameters({"override_reason": [f"{told} Say why it is right all the same."]})


def _kept(found: Look, user: User | None, now: datetime, override_reason: str) -> Action:
    """Stored, with its events; an open proposal for the same makes way."""
    action = found.action
    action.overridden = overridden(found.judgement, override_reason)
    make_way(action, now, INSTEAD)
    action.save(force_insert=True)
    about: dict[str, Any] = {"account_id": action.account_id, "action_id": action.public_id, "now": now, **who(user)}
    steps = {"steps": action.steps} if action.steps else {}
    record(
        "optimization_suggested",
        payload={
            "kind": action.kind,
            "entity": f"{action.level}:{action.entity_id}",
            "field": action.field,
            "before": action.value_before,
            "wanted": action.value_wanted,
            "after_rails": action.value_final,
            **steps,
            "reason": action.reason,
            "timed": action.timed,
            "status": action.status,
        },
        **about,
    )
    if action.overridden:
        record("override_set", payload={"rails": action.overridden, "reason": override_reason}, **about)
    return action


def _approved(action: Action, user: User | None, now: datetime) -> Action:
    """By who proposed it. Where two others must agree it stays pending, for them."""
    try:
        with transaction.atomic():
            return approved(load(action.pk), user, now, "by hand")
    except NotAllowed:
        return load(action.pk)
