"""The limits in force for an account: the environment's, the account's, the default; the strictest binds.

A limit set explicitly in the environment binds everywhere. One that is not set there is only a default, which the
account's own replaces.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from metaads.exchange import UnknownCurrency, from_usd
from metaads.models import AdAccount
from optimization.models import AccountLimits

BUDGET_CHANGES_PER_ENTITY_DAY = 4


@dataclass(frozen=True)
class Limits:
    """Percent are percent (30.0 = 30 %), times are hours, money is in the account's major unit."""

    mode: str
    max_increase_percent: float
    max_increase_percent_per_day: float
    max_decrease_percent: float
    cooldown_hours: float
    optimizer_cooldown_hours: float
    require_approval_days: float
    max_data_age_hours: float
    max_auto_actions_per_hour: int
    min_confidence_for_auto: float
    max_budget_changes_per_day: int
    embargo_hours: float
    min_spend: Decimal | None
    min_impressions: int
    max_actions_per_campaign: int
    max_actions_per_run: int


def _strictest(name: str, own: float | None, *, larger_is_stricter: bool) -> float:
    shipped = float(settings.LIMITS[name])
    if own is None:
        return shipped
    if name not in settings.LIMITS_SET_EXPLICITLY:
        return float(own)
    return max(shipped, float(own)) if larger_is_stricter else min(shipped, float(own))


def _min_spend(own: Decimal | None, currency: str) -> Decimal | None:
    """None = not entered, and no shipped rate for the currency: the rail that needs it blocks."""
    try:
        shipped = from_usd(Decimal(str(settings.LIMITS["OPTIMIZER_MIN_SPEND_USD"])), currency)
    except UnknownCurrency:
        return own
    if own is None:
        return shipped
    return max(own, shipped) if "OPTIMIZER_MIN_SPEND_USD" in settings.LIMITS_SET_EXPLICITLY else own


def _changes_per_day(own: int | None) -> int:
    """The account can only be stricter: Meta itself takes few budget changes. 0 = none at all."""
    return BUDGET_CHANGES_PER_ENTITY_DAY if own is None else min(own, BUDGET_CHANGES_PER_ENTITY_DAY)


def limits_for(account: AdAccount) -> Limits:
    """One look-up; an account without a row has the installation's limits."""
    row = AccountLimits.objects.filter(account=account).first() or AccountLimits(account=account)

    def at_most(name: str, own: float | None = None) -> float:
        return _strictest(name, own, larger_is_stricter=False)

    def at_least(name: str, own: float | None = None) -> float:
        return _strictest(name, own, larger_is_stricter=True)

    return Limits(
        mode=row.mode,
        max_increase_percent=at_most("MAX_BUDGET_CHANGE_PERCENT", row.max_budget_change_percent),
        max_increase_percent_per_day=100 * at_most("OPTIMIZER_MAX_DAILY_CHANGE_PCT"),
        max_decrease_percent=at_most("MAX_BUDGET_DECREASE_PERCENT", row.max_budget_decrease_percent),
        cooldown_hours=at_least("ACTION_COOLDOWN_HOURS", row.cooldown_hours),
        optimizer_cooldown_hours=at_least("OPTIMIZER_COOLDOWN_HOURS"),
        require_approval_days=at_least("REQUIRE_APPROVAL_FOR_DAYS", row.require_approval_days),
        max_data_age_hours=at_most("MAX_DATA_AGE_HOURS", row.max_data_age_hours),
        max_auto_actions_per_hour=int(at_most("MAX_AUTO_ACTIONS_PER_HOUR", row.max_auto_actions_per_hour)),
        min_confidence_for_auto=at_least("MIN_CONFIDENCE_FOR_AUTO", row.min_confidence_for_auto),
        max_budget_changes_per_day=_changes_per_day(row.max_budget_changes_per_day),
        embargo_hours=at_least("OPTIMIZER_EMBARGO_HOURS", row.embargo_hours),
        min_spend=_min_spend(row.min_spend, account.currency),
        min_impressions=int(at_least("OPTIMIZER_MIN_IMPRESSIONS", row.min_impressions)),
        max_actions_per_campaign=int(at_most("OPTIMIZER_MAX_ACTIONS_PER_CAMPAIGN")),
        max_actions_per_run=int(at_most("OPTIMIZER_MAX_ACTIONS_PER_RUN")),
    )
