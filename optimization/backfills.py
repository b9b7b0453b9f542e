"""A person's word on an account's back-fill: the lower service and the ledger event in one transaction."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.collect import job
from metaads.models import AdAccount
from optimization.ledger import record


@transaction.atomic
def cancel_backfill(account: AdAccount, user: User | None, now: datetime) -> bool:
    """Ends it: what is held stays, no more of the past is asked for. False if none was running."""
    done = job.cancel(account)
    if done:
        _record(account, "cancelled", user, now)
    return done


@transaction.atomic
def resume_backfill(account: AdAccount, user: User | None, now: datetime) -> bool:
    """Lets a cancelled one go on where it was. False if none was cancelled."""
    done = job.resume(account)
    if done:
        _record(account, "resumed", user, now)
    return done


def _record(account: AdAccount, what: str, user: User | None, now: datetime) -> None:
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    record("setting_changed", account_id=account.pk, now=now, payload={"backfill": what}, **who)
