"""The settings of an account's orchestrator: shipped amounts are US dollars, converted once, the account's own then."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.forms.models import model_to_dict

from metaads.exchange import UnknownCurrency, from_usd
from metaads.models import AdAccount, Pixel
from optimization.kinds import KINDS
from optimization.ledger import record
from optimization.models import OrchestratorSettings
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.variants import variants_of

COUNTRY = re.compile("[A-Z]{2}")
SHIPPED_USD: dict[str, Decimal] = {
    "global_daily_budget": Decimal(10),
    "max_daily_budget": Decimal(50),
    "winner_min_spend": Decimal(5),
    "loser_min_spend": Decimal(10),
    "least_ad_set_budget": Decimal(5),
}

HOURS = ("promotion_cooldown_hours", "scaling_cooldown_hours", "winner_min_hours", "loser_min_hours")
MOST_MINUTES = 1_440


def shipped(account: AdAccount) -> OrchestratorSettings:
    """A row that is not saved, with the shipped amounts in the account's currency (None where no rate is shipped), and
    the account's pixel, where it has one only."""
    row = OrchestratorSettings(account=account)
    for name, dollars in SHIPPED_USD.items():
        try:
            setattr(row, name, from_usd(dollars, account.currency))
        except UnknownCurrency:
            setattr(row, name, None)
    pixels = Pixel.objects.filter(account=account, deleted_at=None).values_list("meta_id", flat=True)[:2]
    row.pixel_id = pixels[0] if len(pixels) == 1 else ""
    return row


def settings_of(account: AdAccount) -> OrchestratorSettings:
    """The account's row, or what it would be. Stores nothing."""
    return OrchestratorSettings.objects.filter(account=account).first() or shipped(account)


def missing_amounts(row: OrchestratorSettings) -> list[str]:
    """Names of amounts that a person must enter, for no exchange rate is shipped for the currency."""
    return [name for name in SHIPPED_USD if getattr(row, name) is None]


def checked_settings(row: OrchestratorSettings) -> OrchestratorSettings:
    """Raises GoalRefused for what cannot be meant; stores nothing."""
    if not isinstance(row.countries, list) or not all(COUNTRY.fullmatch(str(one)) for one in row.countries):
        raise GoalRefused('countries: give a list of two capital letters each, such as ["DE", "AT"].')
    for name in ("learning_share", "scaling_step", "winner_lead"):
        if not 0 < getattr(row, name) <= 1:
            raise GoalRefused(f"{name}: give a fraction above 0, at most 1.")
    if not row.interval_hours >= 1:
        raise GoalRefused("interval_hours: give at least 1.")
    for name in HOURS:
        if not getattr(row, name) >= 0:
            raise GoalRefused(f"{name}: give 0 or more hours.")
    for name in SHIPPED_USD:
        amount = getattr(row, name)
        if amount is not None and amount <= 0:
            raise GoalRefused(f"{name}: it must be more than 0.")
    variants_of(row)
    _check_minutes(row.minutes_per_kind)
    return row


def _check_minutes(minutes: object) -> None:
    if not isinstance(minutes, dict):
        raise GoalRefused('minutes_per_kind: give minutes by kind of action, such as {"pause": 3}.')
    for kind, one in minutes.items():
        if kind not in KINDS:
            raise GoalRefused(f"minutes_per_kind: there is no kind {kind!r}; there are {', '.join(sorted(KINDS))}.")
        if type(one) not in (int, float) or not 0 <= one <= MOST_MINUTES:
            raise GoalRefused(f"minutes_per_kind: {kind} needs a number of minutes from 0 to {MOST_MINUTES}.")


@transaction.atomic
def save_settings(row: OrchestratorSettings, user: User | None, now: datetime) -> OrchestratorSettings:
    """Stores the row; what is empty in a new one gets its shipped amount. The event holds the values before and after.

    `now` is business time. Raises GoalRefused.
    """
    checked_settings(row)
    old = OrchestratorSettings.objects.filter(pk=row.pk).first()
    if old is None:
        for name, value in ((name, getattr(shipped(row.account), name)) for name in SHIPPED_USD):
            if getattr(row, name) is None:
                setattr(row, name, value)
    row.save()
    payload = {"orchestrator": plain(row), "before": plain(old) if old else None}
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    record("setting_changed", account_id=row.account_id, now=now, payload=payload, **who)
    return row


def plain(row: OrchestratorSettings) -> dict[str, Any]:
    """The row as JSON values: amounts as text, in the account's currency, major unit."""
    return {name: str(one) if isinstance(one, Decimal) else one for name, one in model_to_dict(row).items()}
