"""Limits that an administrator sets per account, and the counters that reserve them."""

from typing import Any

from django.db import models
from django.db.models import Q

from metaads.models import AdAccount


class AutoRevert(models.TextChoices):
    OFF = "off", "Off"
    PROPOSE = "propose", "Propose the undo"
    UNDO = "undo", "Undo"


def _money(what: str) -> "models.DecimalField[Any, Any]":
    text = f"{what} Account currency, major unit; empty = no limit of its own."
    return models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text=text)


class AccountLimits(models.Model):
    """Empty = the installation's default. A limit set in the environment still binds: the strictest wins."""

    class Mode(models.TextChoices):
        SUGGEST = "suggest", "Suggest: everything waits for a person"
        AUTO = "auto", "Auto: trusted sources may act alone inside the limits"

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="limits")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.SUGGEST)
    max_budget_change_percent = models.FloatField(null=True, blank=True)
    max_budget_decrease_percent = models.FloatField(null=True, blank=True)
    cooldown_hours = models.FloatField(null=True, blank=True)
    require_approval_days = models.PositiveIntegerField(null=True, blank=True)
    max_data_age_hours = models.FloatField(null=True, blank=True)
    max_auto_actions_per_hour = models.PositiveIntegerField(null=True, blank=True)
    min_confidence_for_auto = models.FloatField(null=True, blank=True)
    max_budget_changes_per_day = models.PositiveIntegerField(null=True, blank=True, help_text="Per entity; default 4.")
    embargo_hours = models.FloatField(null=True, blank=True)
    min_spend = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="Account currency."
    )
    min_impressions = models.PositiveIntegerField(null=True, blank=True)
    max_increase_percent_per_day = models.FloatField(
        null=True, blank=True, help_text="Raises of one entity, summed; default 20."
    )
    max_exposure_percent = models.FloatField(
        null=True, blank=True, help_text="Net raises of a day, as percent of yesterday's spend; default 20."
    )
    max_entity_budget = _money("Largest daily budget of one ad set or campaign.")
    max_campaign_budget = _money("Largest sum of daily budgets inside one campaign.")
    max_account_budget = _money("Largest sum of daily budgets in the account.")
    max_orchestrated_budget = _money("Largest daily budget of a campaign that a goal made; default 50.")
    four_eyes_above = _money("Above this change a day, two managers must approve.")
    max_auto_change_percent = models.FloatField(
        null=True, blank=True, help_text="Acting alone only up to this change of a budget; default 10."
    )
    max_correlated_percent = models.FloatField(
        null=True, blank=True, help_text="Share of the account's spend that one run may change; default 30."
    )
    max_fatigue = models.FloatField(
        null=True, blank=True, help_text="No growth from this fatigue score on; default 70."
    )
    significant_step_percent = models.FloatField(
        null=True, blank=True, help_text="A budget step above this restarts learning; default 20."
    )
    hands_off_hours = models.FloatField(null=True, blank=True, help_text="After an outside change; default 24.")
    rejected_hours = models.FloatField(null=True, blank=True, help_text="A rejected proposal stays away; default 72.")
    peak_hours = models.CharField(max_length=40, blank=True, help_text="Local hours, as 18-22; empty = learned.")
    queue_daily_cap = models.PositiveIntegerField(
        null=True, blank=True, help_text="Proposals a day shown unfolded; default 50."
    )
    auto_revert = models.CharField(max_length=8, choices=AutoRevert.choices, default=AutoRevert.OFF)
    auto_revert_loss = _money("A clear loss at 24 h beyond this amount a day is undone.")

    class Meta:
        verbose_name = "account limits"
        verbose_name_plural = "account limits"

    def __str__(self) -> str:
        return f"limits of {self.account}"


class LimitCounter(models.Model):
    """One row per limit, account and account-day; locked and raised in the transaction of the claim.

    `account` empty = a limit of the whole installation, by UTC days.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    name = models.CharField(max_length=100)
    day = models.DateField(help_text="The account's local day.")
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "day"], name="one_counter_per_day"),
            models.UniqueConstraint(
                fields=["name", "day"], condition=Q(account__isnull=True), name="one_counter_for_all_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.day}: {self.used}"
