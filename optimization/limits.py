"""The limits in force for an account: the environment's, the account's, the default; the strictest binds.

A limit set explicitly in the environment binds everywhere. One that is not set there is only a default, which the
account's own replaces.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Max

from metaads.exchange import UnknownCurrency, from_usd
from metaads.models import AdAccount
from metaads.prepared import Prepared
from optimization.models import AccountLimits


@dataclass(frozen=True)
class Limits:
    """Percent are percent (30.0 = 30 %), times are hours, money is in the account's major unit (None = no limit,
    unless said otherwise).

    `optimizer_raise_percent_per_day` is the optimiser's own (its settings), where rails are judged; else infinite.
    `min_spend` and `max_orchestrated_budget` None: not entered, and no shipped rate for the currency; the rail that
    needs them blocks. `peak_hours`: hours of the local day as entered, None = learned or the installation's;
    `peak_hours_always`: those that the environment insists on.
    """

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
    max_auto_change_percent: float = 10.0
    min_confidence: float = 0.65
    optimizer_auto_min_confidence: float = 0.75
    optimizer_raise_percent_per_day: float = float("inf")
    promotion_cooldown_hours: float = 72.0
    scaling_cooldown_hours: float = 24.0
    max_exposure_percent: float = 20.0
    max_entity_budget: Decimal | None = None
    max_campaign_budget: Decimal | None = None
    max_account_budget: Decimal | None = None
    max_orchestrated_budget: Decimal | None = Decimal(50)
    max_total_budget_usd: Decimal | None = None
    max_correlated_percent: float = 30.0
    max_fatigue: float = 70.0
    significant_step_percent: float = 20.0
    significant_step_learnable: bool = True
    hands_off_hours: float = 24.0
    rejected_hours: float = 72.0
    rejected_unless_worse_percent: float = 50.0
    peak_hours: frozenset[int] | None = None
    peak_hours_always: frozenset[int] = frozenset()
    four_eyes_above: Decimal | None = None
    queue_daily_cap: int = 50
    auto_revert: str = "off"
    auto_revert_loss: Decimal | None = None


def hours_of(first: int, last: int) -> frozenset[int]:
    """Local hours from `first` until `last` o'clock; a span may pass midnight."""
    return frozenset((first + n) % 24 for n in range((last - first) % 24 or 24))


def hours_in(text: str) -> frozenset[int] | None:
    """Hours of "18-22"; None for an empty text. Raises ValueError with what to write."""
    if not text.strip():
        return None
    first, _, last = (part.strip() for part in text.partition("-"))
    if not (first.isdigit() and last.isdigit() and int(first) < 24 and int(last) <= 24 and int(first) != int(last)):
        raise ValueError(f"{text} is no span of hours. Write it as 18-22, or 22-2 over midnight.")
    return hours_of(int(first), int(last))


def _strictest(name: str, own: float | None, *, larger_is_stricter: bool) -> float:
    shipped = float(settings.LIMITS[name])
    if own is None:
        return shipped
    if name not in settings.LIMITS_SET_EXPLICITLY:
        return float(own)
    return max(shipped, float(own)) if larger_is_stricter else min(shipped, float(own))


def _at_most(name: str, own: float | None = None) -> float:
    return _strictest(name, own, larger_is_stricter=False)


def _at_least(name: str, own: float | None = None) -> float:
    return _strictest(name, own, larger_is_stricter=True)


def _shipped_money(name: str, currency: str) -> Decimal | None:
    """The installation's amount in the account's currency; None = no limit. Raises UnknownCurrency."""
    dollars = settings.LIMITS[name]
    return None if dollars == settings.NO_LIMIT else from_usd(Decimal(str(dollars)), currency)


def _min_spend(own: Decimal | None, currency: str) -> Decimal | None:
    """None = not entered, and no shipped rate for the currency: the rail that needs it blocks."""
    try:
        shipped = _shipped_money("OPTIMIZER_MIN_SPEND_USD", currency)
    except UnknownCurrency:
        return own
    if own is None or shipped is None:
        return shipped
    return max(own, shipped) if "OPTIMIZER_MIN_SPEND_USD" in settings.LIMITS_SET_EXPLICITLY else own


def _money(name: str, own: Decimal | None, currency: str) -> Decimal | None:
    """A largest amount. Where the environment sets one that has no rate in this currency, only 0 is surely inside."""
    explicit = name in settings.LIMITS_SET_EXPLICITLY
    try:
        shipped = _shipped_money(name, currency)
    except UnknownCurrency:
        return Decimal(0) if explicit else own
    if own is None or (explicit and shipped is not None and shipped < own):
        return shipped
    return own


def _changes_per_day(own: int | None) -> int:
    """The account can only be stricter: Meta itself takes few budget changes. 0 = none at all."""
    shipped = int(settings.LIMITS["MAX_BUDGET_CHANGES_PER_DAY"])
    return shipped if own is None else min(own, shipped)


def alone_an_hour_in_all() -> int:
    """How often all accounts together may act alone in an hour. The environment's number binds where it is set there;
    else an account that was given more raises what is only a default."""
    shipped = int(settings.LIMITS["MAX_AUTO_ACTIONS_PER_HOUR"])
    if "MAX_AUTO_ACTIONS_PER_HOUR" in settings.LIMITS_SET_EXPLICITLY:
        return shipped
    return max(shipped, AccountLimits.objects.aggregate(most=Max("max_auto_actions_per_hour"))["most"] or 0)


def entered(account: AdAccount, column: str, name: str) -> bool:
    """Whether somebody entered this limit, for the account or in the environment, or it is only a default."""
    return name in settings.LIMITS_SET_EXPLICITLY or getattr(_ROW.first(account.pk), column, None) is not None


def limits_for(account: AdAccount) -> Limits:
    """One look-up; an account without a row has the installation's limits."""
    row = _ROW.first(account.pk) or AccountLimits()
    row.account = account
    return limits_of(row)


_ROW = Prepared(lambda account: AccountLimits.objects.filter(account_id=account)[:1])


def limits_of_all(accounts: Iterable[AdAccount]) -> dict[int, Limits]:
    """As `limits_for`, by account id. One look-up."""
    by_id = {account.pk: account for account in accounts}
    rows = {row.account_id: row for row in AccountLimits.objects.filter(account__in=by_id)}
    for row in rows.values():
        row.account = by_id[row.account_id]
    return {pk: limits_of(rows.get(pk) or AccountLimits(account=one)) for pk, one in by_id.items()}


def limits_of(row: AccountLimits) -> Limits:
    """The limits in force under what an account entered (which need not be saved yet)."""
    currency = row.account.currency
    return Limits(
        mode=row.mode,
        min_spend=_min_spend(row.min_spend, currency),
        max_entity_budget=_money("MAX_ENTITY_BUDGET_USD", row.max_entity_budget, currency),
        max_campaign_budget=_money("MAX_CAMPAIGN_BUDGET_USD", row.max_campaign_budget, currency),
        max_account_budget=_money("MAX_ACCOUNT_BUDGET_USD", row.max_account_budget, currency),
        max_orchestrated_budget=_money("MAX_ORCHESTRATED_BUDGET_USD", row.max_orchestrated_budget, currency),
        max_total_budget_usd=_shipped_money("MAX_TOTAL_BUDGET_USD", "USD"),
        four_eyes_above=_money("FOUR_EYES_ABOVE_USD", row.four_eyes_above, currency),
        auto_revert=row.auto_revert,
        auto_revert_loss=row.auto_revert_loss,
        **_sizes_and_counts(row),
        **_times_and_marks(row),
    )


def _sizes_and_counts(row: AccountLimits) -> dict[str, Any]:
    """Limits of which the smaller is the stricter."""
    per_day = row.max_increase_percent_per_day
    share_per_day = _at_most("OPTIMIZER_MAX_DAILY_CHANGE_PCT", None if per_day is None else per_day / 100)
    return {
        "max_increase_percent": _at_most("MAX_BUDGET_CHANGE_PERCENT", row.max_budget_change_percent),
        "max_increase_percent_per_day": round(100 * share_per_day, 6),
        "max_decrease_percent": _at_most("MAX_BUDGET_DECREASE_PERCENT", row.max_budget_decrease_percent),
        "max_data_age_hours": _at_most("MAX_DATA_AGE_HOURS", row.max_data_age_hours),
        "max_auto_actions_per_hour": int(_at_most("MAX_AUTO_ACTIONS_PER_HOUR", row.max_auto_actions_per_hour)),
        "max_auto_change_percent": _at_most("MAX_AUTO_CHANGE_PERCENT", row.max_auto_change_percent),
        "max_budget_changes_per_day": _changes_per_day(row.max_budget_changes_per_day),
        "max_actions_per_campaign": int(_at_most("OPTIMIZER_MAX_ACTIONS_PER_CAMPAIGN")),
        "max_actions_per_run": int(_at_most("OPTIMIZER_MAX_ACTIONS_PER_RUN")),
        "max_exposure_percent": _at_most("MAX_EXPOSURE_PERCENT", row.max_exposure_percent),
        "max_correlated_percent": _at_most("MAX_CORRELATED_PERCENT", row.max_correlated_percent),
        "max_fatigue": _at_most("MAX_FATIGUE", row.max_fatigue),
        "significant_step_percent": _at_most("SIGNIFICANT_STEP_PERCENT", row.significant_step_percent),
        "significant_step_learnable": _learnable(row),
        "queue_daily_cap": int(_at_most("QUEUE_DAILY_CAP", row.queue_daily_cap)),
    }


def _learnable(row: AccountLimits) -> bool:
    """Nobody entered the step, neither for the account nor in the environment."""
    return row.significant_step_percent is None and "SIGNIFICANT_STEP_PERCENT" not in settings.LIMITS_SET_EXPLICITLY


def _times_and_marks(row: AccountLimits) -> dict[str, Any]:
    """Limits of which the larger is the stricter, and the hours of the day."""
    always = "PEAK_HOURS" in settings.LIMITS_SET_EXPLICITLY
    return {
        "cooldown_hours": _at_least("ACTION_COOLDOWN_HOURS", row.cooldown_hours),
        "optimizer_cooldown_hours": _at_least("OPTIMIZER_COOLDOWN_HOURS"),
        "promotion_cooldown_hours": _at_least("ORCHESTRATOR_PROMOTION_COOLDOWN_HOURS"),
        "scaling_cooldown_hours": _at_least("ORCHESTRATOR_SCALING_COOLDOWN_HOURS"),
        "require_approval_days": _at_least("REQUIRE_APPROVAL_FOR_DAYS", row.require_approval_days),
        "min_confidence_for_auto": _at_least("MIN_CONFIDENCE_FOR_AUTO", row.min_confidence_for_auto),
        "min_confidence": _at_least("OPTIMIZER_MIN_CONFIDENCE"),
        "optimizer_auto_min_confidence": _at_least("OPTIMIZER_AUTO_MIN_CONFIDENCE"),
        "embargo_hours": _at_least("OPTIMIZER_EMBARGO_HOURS", row.embargo_hours),
        "min_impressions": int(_at_least("OPTIMIZER_MIN_IMPRESSIONS", row.min_impressions)),
        "hands_off_hours": _at_least("HANDS_OFF_HOURS", row.hands_off_hours),
        "rejected_hours": _at_least("REJECTED_HOURS", row.rejected_hours),
        "rejected_unless_worse_percent": _at_least("REJECTED_UNLESS_WORSE_PERCENT"),
        "peak_hours": hours_in(row.peak_hours),
        "peak_hours_always": hours_of(*settings.PEAK_HOURS) if always else frozenset(),
    }
