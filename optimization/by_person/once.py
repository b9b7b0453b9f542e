"""Sent twice, done once: a form carries a token, and what makes objects is not made twice in a row by one person."""

import hashlib
import json
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from metaads.clock import machine_now
from optimization.by_person.asking import Wanted
from optimization.models import IN_FLIGHT_STATUSES, Action, RequestKey, Source, Status
from optimization.queue.decision import load
from optimization.queue.errors import AlreadyDecided

PATH = "by-hand"
KEPT = timedelta(hours=24)
SOON = timedelta(minutes=2)
BEGUN = (Status.APPROVED, *IN_FLIGHT_STATUSES, Status.EXECUTED)


class Repeated(AlreadyDecided):
    """The person did it just before. `action`: where."""

    def __init__(self, said: str, action: Action) -> None:
        self.action = action
        super().__init__(said)


def first_of(user: User, wanted: Wanted, token: str) -> Action | None:
    """What the same form did when it was sent before. Call with the account's row locked. Raises Repeated."""
    held = RequestKey.objects.filter(user=user, path=PATH, key=_hashed(token)).first()
    if held is None:
        return None
    action = load(int(held.body))
    if held.digest != _digest(wanted):
        raise Repeated("This form has done something else already. Review what you want now, then do it.", action)
    return action


def keep_first(user: User, wanted: Wanted, token: str, action: Action) -> None:
    """Notes what the form did, in the transaction that did it."""
    now = machine_now()
    RequestKey.objects.filter(user=user, path=PATH, created_at__lte=now - KEPT).delete()
    RequestKey.objects.create(
        user=user, path=PATH, key=_hashed(token), digest=_digest(wanted), body=str(action.pk), created_at=now
    )


def must_be_new(action: Action, user: User | None, now: datetime) -> None:
    """Refuses a plan that makes something, if the same person let the same one go just before. Raises Repeated.

    A second write of a value changes nothing, a second copy is one too many. Call with the account's row locked.
    """
    if all(step["op"] == "set" for step in action.steps):
        return
    same = Action.objects.filter(
        account_id=action.account_id,
        level=action.level,
        entity_id=action.entity_id,
        kind=action.kind,
        source=Source.PERSON,
        proposed_by=user,
        status__in=BEGUN,
        decided_at__gt=now - SOON,
    )
    first = next((one for one in same.order_by("-pk") if one.steps == action.steps), None)
    if first is None:
        return
    at = action.account.moment(first.decided_at or now)
    told = f"The same was approved {at}, as action {first.public_id}. To make another one, wait two minutes."
    raise Repeated(told, first)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _digest(wanted: Wanted) -> str:
    said = [wanted.level, wanted.entity_id, wanted.kind, dict(wanted.parameters), wanted.timed]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
