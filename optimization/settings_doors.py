"""Doors for what a person changes: the lower service and the ledger event in one transaction."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.forms.models import model_to_dict

from intelligence.metrics.targets import set_target
from intelligence.models import Target
from metaads.models import AdAccount, Level, SwitchState
from optimization.ledger import record
from optimization.models import AccountLimits, OptimizerSettings


def _who(user: User | None) -> dict[str, Any]:
    return {"actor": "user" if user else "operator", "user_id": user.pk if user else None}


@transaction.atomic
def set_switch(name: str, on: bool, user: User | None, now: datetime) -> SwitchState:
    """Flips the administrator's half of a kill switch. Raises ValueError for a name that does not exist."""
    if name not in settings.SWITCHES:
        raise ValueError(f"name: there is no switch {name!r}; there are {', '.join(settings.SWITCHES)}.")
    row, _ = SwitchState.objects.update_or_create(name=name, defaults={"on": on})
    record("setting_changed", account_id=None, now=now, payload={"switch": name, "on": on}, **_who(user))
    return row


def _plain(row: AccountLimits | OptimizerSettings) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in model_to_dict(row).items()}


@transaction.atomic
def save_limits(limits: AccountLimits, user: User | None, now: datetime) -> AccountLimits:
    """Stores an account's limits; the event holds the values before and after."""
    old = AccountLimits.objects.filter(pk=limits.pk).first()
    limits.save()
    limits.refresh_from_db()
    payload = {"limits": _plain(limits), "before": _plain(old) if old else None}
    record("setting_changed", account_id=limits.account_id, now=now, payload=payload, **_who(user))
    return limits


@transaction.atomic
def save_optimizer(row: OptimizerSettings, user: User | None, now: datetime) -> OptimizerSettings:
    """Stores how the optimiser works for an account, or (no account) for the installation; the event holds both."""
    old = OptimizerSettings.objects.filter(pk=row.pk).first()
    row.save()
    payload = {"optimizer": {**_plain(row), "preset": row.preset}, "before": _plain(old) if old else None}
    record("setting_changed", account_id=row.account_id, now=now, payload=payload, **_who(user))
    return row


@transaction.atomic
def save_target(
    account: AdAccount,
    entity_id: str,
    target_cpa: Decimal | None,
    target_roas: Decimal | None,
    user: User | None,
    now: datetime,
    level: str = "",
) -> Target | None:
    """Sets the targets of an account (`entity_id` empty) or of an entity (`level` empty = a campaign).

    CPA in the major unit, ROAS as a ratio. Both None removes the target and gives None. Raises
    intelligence.metrics.targets.BadTarget, also for an entity that the account does not have.
    """
    target = set_target(account, entity_id, target_cpa, target_roas, level)
    payload = {
        "target_of": f"{level or Level.CAMPAIGN.value}:{entity_id}" if entity_id else "account",
        "target_cpa": None if target_cpa is None else str(target_cpa),
        "target_roas": None if target_roas is None else str(target_roas),
    }
    record("setting_changed", account_id=account.pk, now=now, payload=payload, **_who(user))
    return target
