"""Admin of an account's limits: empty means the installation's, and each field says what that is."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from optimization.admin.base import BaseForm, GovernedAdmin, user_of
from optimization.limits import hours_in
from optimization.models import AccountLimits
from optimization.settings_doors import save_limits

MOST_MONEY = 1_000_000_000
BOUNDS: dict[str, float] = {
    "max_auto_actions_per_hour": 10_000,
    "max_auto_change_percent": 1000,
    "require_approval_days": 3650,
    "min_confidence_for_auto": 1,
    "four_eyes_above": MOST_MONEY,
    "max_budget_change_percent": 1000,
    "max_increase_percent_per_day": 1000,
    "max_budget_decrease_percent": 100,
    "max_budget_changes_per_day": 100,
    "max_entity_budget": MOST_MONEY,
    "max_campaign_budget": MOST_MONEY,
    "max_account_budget": MOST_MONEY,
    "max_orchestrated_budget": MOST_MONEY,
    "max_exposure_percent": 1000,
    "max_correlated_percent": 100,
    "cooldown_hours": 720,
    "significant_step_percent": 1000,
    "max_fatigue": 100,
    "hands_off_hours": 720,
    "rejected_hours": 8760,
    "max_data_age_hours": 720,
    "embargo_hours": 8760,
    "min_spend": MOST_MONEY,
    "min_impressions": 1_000_000_000,
    "queue_daily_cap": 100_000,
    "auto_revert_loss": MOST_MONEY,
}
"""The most that each may be: what its environment variable may be. The least is 0."""

WORDS: dict[str, tuple[str, str, str]] = {
    "mode": ("Mode", "", "Suggest silences everything that would act alone here."),
    "max_auto_actions_per_hour": ("Alone, actions an hour", "MAX_AUTO_ACTIONS_PER_HOUR", "Pauses count."),
    "max_auto_change_percent": ("Alone, largest change (%)", "MAX_AUTO_CHANGE_PERCENT", "Larger waits for a person."),
    "require_approval_days": ("Approval period (days)", "REQUIRE_APPROVAL_FOR_DAYS", "From connecting the account."),
    "min_confidence_for_auto": ("Alone, least confidence", "MIN_CONFIDENCE_FOR_AUTO", "0 to 1."),
    "four_eyes_above": ("Two managers above", "FOUR_EYES_ABOVE_USD", "Change a day, in the account's currency."),
    "max_budget_change_percent": ("Largest raise (%)", "MAX_BUDGET_CHANGE_PERCENT", "Per action."),
    "max_increase_percent_per_day": (
        "Largest raise a day (%)",
        "OPTIMIZER_MAX_DAILY_CHANGE_PCT",
        "Of one object, summed over its local day.",
    ),
    "max_budget_decrease_percent": ("Largest cut (%)", "MAX_BUDGET_DECREASE_PERCENT", "Per action."),
    "max_budget_changes_per_day": ("Budget changes a day", "MAX_BUDGET_CHANGES_PER_DAY", "Per object; at most 4."),
    "max_entity_budget": ("Largest daily budget", "MAX_ENTITY_BUDGET_USD", "Of one ad set or campaign."),
    "max_campaign_budget": ("Largest sum in a campaign", "MAX_CAMPAIGN_BUDGET_USD", "Of the daily budgets inside it."),
    "max_account_budget": (
        "Most the account may spend a day",
        "MAX_ACCOUNT_BUDGET_USD",
        "Counted as 1.75 times its daily budgets: Meta may overspend a day by 75 %.",
    ),
    "max_orchestrated_budget": (
        "Largest budget of a goal's campaign",
        "MAX_ORCHESTRATED_BUDGET_USD",
        "A day, of a campaign that was made for a goal.",
    ),
    "max_exposure_percent": ("Net raises a day (%)", "MAX_EXPOSURE_PERCENT", "Of yesterday's spend."),
    "max_correlated_percent": ("Changed in one run (%)", "MAX_CORRELATED_PERCENT", "Share of the account's spend."),
    "cooldown_hours": ("Cooldown (hours)", "ACTION_COOLDOWN_HOURS", "After any change of the same object."),
    "significant_step_percent": (
        "Step that restarts learning (%)",
        "SIGNIFICANT_STEP_PERCENT",
        "Empty: learned from this account's own history, once it says enough.",
    ),
    "peak_hours": ("Peak hours", "PEAK_HOURS", "Local, as 18-22: no bid is changed then."),
    "max_fatigue": ("Fatigue that stops growth", "MAX_FATIGUE", "Score of the ads, 0 to 100."),
    "hands_off_hours": ("Hands off (hours)", "HANDS_OFF_HOURS", "After somebody else's change."),
    "rejected_hours": ("Rejected stays away (hours)", "REJECTED_HOURS", "Unless it is clearly worse by then."),
    "max_data_age_hours": ("Oldest data (hours)", "MAX_DATA_AGE_HOURS", "Nothing is decided on older ones."),
    "embargo_hours": ("Embargo (hours)", "OPTIMIZER_EMBARGO_HOURS", "The optimiser leaves new things alone."),
    "min_spend": ("Least spend", "OPTIMIZER_MIN_SPEND_USD", "For the optimiser, in the account's currency."),
    "min_impressions": ("Least impressions", "OPTIMIZER_MIN_IMPRESSIONS", "For the optimiser."),
    "queue_daily_cap": ("Proposals shown a day", "QUEUE_DAILY_CAP", "The rest is folded; loss prevention never."),
    "auto_revert": ("After a clear loss", "", "At 24 hours, beyond the amount below."),
    "auto_revert_loss": ("Clear loss a day", "", "In the account's currency; empty: no change is taken back."),
}
"""Label, environment variable and a remark of each field."""


SHARES = frozenset({"OPTIMIZER_MAX_DAILY_CHANGE_PCT"})
"""Variables that are a share (0.2), where the field is in percent (20)."""


def help_of(name: str) -> str:
    """What the field means, and what holds while it is empty."""
    _, variable, remark = WORDS[name]
    if not variable:
        return remark
    insists = variable in settings.LIMITS_SET_EXPLICITLY
    binds = f"{variable} is set in the environment and binds: the strictest wins." if insists else ""
    return " ".join(part for part in (remark, f"Empty: {_shipped(variable)}.", binds) if part)


def _shipped(variable: str) -> str:
    if variable == "PEAK_HOURS":
        return "the learned ones, else {}-{}".format(*settings.PEAK_HOURS)
    value = settings.LIMITS[variable] * (100 if variable in SHARES else 1)
    if value == settings.NO_LIMIT:
        return "no limit"
    return f"{value:g} US dollars, converted" if variable.endswith("_USD") else f"{value:g}"


class LimitsForm(BaseForm):
    """Every limit between 0 and what its environment variable may be: a slip of the finger must not open a door."""

    class Meta:
        model = AccountLimits
        fields = ("account", *WORDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in WORDS:
                field.label, field.help_text = WORDS[name][0], help_of(name)
        if "auto_revert" in self.fields:
            self.fields["auto_revert"].required = False

    def clean_auto_revert(self) -> str:
        chosen: str = self.cleaned_data.get("auto_revert") or "off"
        return chosen

    def clean_peak_hours(self) -> str:
        text: str = self.cleaned_data["peak_hours"]
        try:
            hours_in(text)
        except ValueError as odd:
            raise ValidationError(str(odd)) from None
        return text.strip()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        odd = {
            name: f"{values[name]} is outside 0 to {most:g}."
            for name, most in BOUNDS.items()
            if values.get(name) is not None and not 0 <= values[name] <= most
        }
        if odd:
            raise ValidationError(odd)
        return values


@admin.register(AccountLimits)
class AccountLimitsAdmin(GovernedAdmin):
    """Empty = the installation's default; a limit set in the environment still binds."""

    account_path = "account"
    form = LimitsForm
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("account", "mode")}),
        (
            "Acting alone",
            {
                "fields": (
                    "max_auto_actions_per_hour",
                    "max_auto_change_percent",
                    "min_confidence_for_auto",
                    "require_approval_days",
                    "four_eyes_above",
                )
            },
        ),
        (
            "Size of changes",
            {
                "fields": (
                    "max_budget_change_percent",
                    "max_increase_percent_per_day",
                    "max_budget_decrease_percent",
                    "max_budget_changes_per_day",
                    "max_exposure_percent",
                    "max_correlated_percent",
                )
            },
        ),
        (
            "Largest budgets",
            {
                "fields": ("max_entity_budget", "max_campaign_budget", "max_account_budget", "max_orchestrated_budget"),
                "description": "Whole amounts in the account's currency. Also a person cannot pass them.",
            },
        ),
        (
            "Protection of what runs",
            {
                "fields": (
                    "cooldown_hours",
                    "hands_off_hours",
                    "rejected_hours",
                    "significant_step_percent",
                    "peak_hours",
                    "max_fatigue",
                    "max_data_age_hours",
                )
            },
        ),
        ("Optimiser", {"fields": ("embargo_hours", "min_spend", "min_impressions")}),
        ("Queue and afterwards", {"fields": ("queue_daily_cap", "auto_revert", "auto_revert_loss")}),
    )
    list_display = ("account", "mode", "largest_raise", "largest_cut", "cooldown")
    empty_value_display = "default"
    list_select_related = ("account",)
    actions = None

    @admin.display(description=WORDS["max_budget_change_percent"][0], ordering="max_budget_change_percent")
    def largest_raise(self, row: AccountLimits) -> float | None:
        return row.max_budget_change_percent

    @admin.display(description=WORDS["max_budget_decrease_percent"][0], ordering="max_budget_decrease_percent")
    def largest_cut(self, row: AccountLimits) -> float | None:
        return row.max_budget_decrease_percent

    @admin.display(description=WORDS["cooldown_hours"][0], ordering="cooldown_hours")
    def cooldown(self, row: AccountLimits) -> float | None:
        return row.cooldown_hours

    def get_readonly_fields(self, request: HttpRequest, obj: AccountLimits | None = None) -> tuple[str, ...]:
        return ("account",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: AccountLimits | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AccountLimits, form: Any, change: bool) -> None:
        save_limits(obj, user_of(request), self.now(obj.account))
