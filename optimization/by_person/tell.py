"""What a person does by hand that changes nothing at Meta: telling the others, or calling an address. Done at once."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from notifications.send import notify
from notifications.webhooks import Call, enqueue
from notifications.webhooks.address import NotAllowed as AddressRefused
from notifications.webhooks.address import Unreachable, target_of
from optimization.by_person.asking import BadParameters, Wanted, checked, teller_of
from optimization.entities import Entity, load_one
from optimization.ledger import record
from optimization.queue.decision import who
from optimization.queue.errors import Invalid, NotAllowed, Stale

CALL = "call_webhook"


def tell_by_hand(user: User | None, account: AdAccount, wanted: Wanted, now: datetime, *, reason: str) -> str:
    """Gives what was done, in a sentence. `user` None = the operator; `now` is business time.

    Raises NotAllowed, BadParameters, Invalid or Stale; nothing is stored then.
    """
    kind = teller_of(wanted)
    if user is not None and not has_role(user, account, Role.MANAGER):
        raise NotAllowed("Telling others by hand is for managers of this ad account.")
    parameters = checked(kind, wanted.parameters)
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two. The ledger keeps it.")
    entity = load_one(account, wanted.level, wanted.entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta.")
    about = {"kind": kind.key, "entity": f"{entity.level}:{entity.meta_id}", "reason": reason.strip(), **parameters}
    with transaction.atomic():
        done = (
            _called(account, entity, parameters, user, reason, now)
            if kind.key == CALL
            else _told(account, entity, parameters, user, now)
        )
        record("told_by_hand", account_id=account.pk, now=now, payload=about, **who(user))
    return done


def _told(account: AdAccount, entity: Entity, said: Mapping[str, Any], user: User | None, now: datetime) -> str:
    notify(
        subject=f"account:{account.pk}",
        key=f"by-hand:{uuid4()}",
        kind="insight",
        severity="info",
        title=f"{user or 'The operator'} on {entity.name}",
        body=str(said["message"]),
        link="",
        now=now,
    )
    return f"Everybody on {account.name} is told."


def _called(
    account: AdAccount, entity: Entity, said: Mapping[str, Any], user: User | None, reason: str, now: datetime
) -> str:
    url, secret = str(said["url"]), str(said.get("secret") or "")
    if secret and secret not in settings.WEBHOOKS.secrets:
        raise BadParameters({"secret": ["There is no secret of this name in WEBHOOK_SECRETS."]})
    try:
        with suppress(Unreachable):  # the worker tries again
            target_of(url)
    except AddressRefused as error:
        raise BadParameters({"url": [str(error)]}) from None
    payload = {
        "event": "called_by_hand",
        "by": str(user or "operator"),
        "account": {"id": account.meta_id, "name": account.name, "currency": account.currency},
        "entity": {"level": entity.level, "id": entity.meta_id, "name": entity.name},
        "reason": reason.strip(),
        "time": now.astimezone(account.zone).isoformat(),
    }
    enqueue([Call(f"account:{account.pk}", f"by-hand:{uuid4()}", url, secret, payload)], now)
    return "The call is on its way; it is tried again until the address answers."
