"""Limits that an administrator sets per account, and the counters that reserve them."""

from django.db import models

from metaads.models import AdAccount


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

    class Meta:
        verbose_name = "account limits"
        verbose_name_plural = "account limits"

    def __str__(self) -> str:
        return f"limits of {self.account}"


class LimitCounter(models.Model):
    """One row per limit, account and account-day; locked and raised in the transaction of the claim."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    day = models.DateField(help_text="The account's local day.")
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name", "day"], name="one_counter_per_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}: {self.used}"
