"""How an ad account was: one row per day of the account, the newest read of that day."""

from django.db import models

from metaads.models.account import AdAccount


class AccountHealth(models.Model):
    """What Meta said, and what we make of it. Money: integers in Meta's minor unit; null = not told.

    `problems`: [{"code", "severity", "text", "todo"}], worst first; empty = nothing stands in the way.
    """

    class Severity(models.TextChoices):
        OK = "ok", "Healthy"
        WARNING = "warning", "Needs attention"
        ERROR = "error", "Stopped"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="health")
    day = models.DateField(help_text="In the account's time zone.")
    read_at = models.DateTimeField(help_text="Business time.")
    severity = models.CharField(max_length=8, choices=Severity.choices)
    problems = models.JSONField(default=list, blank=True)
    account_status = models.IntegerField(null=True, blank=True)
    disable_reason = models.IntegerField(null=True, blank=True)
    spend_cap = models.BigIntegerField(null=True, blank=True, help_text="Empty = none.")
    amount_spent = models.BigIntegerField(null=True, blank=True)
    balance = models.BigIntegerField(null=True, blank=True)
    funding = models.JSONField(default=dict, blank=True, help_text="funding_source_details, and the id if told.")
    prepaid = models.BooleanField(null=True, blank=True)
    failed_checks = models.JSONField(default=list, blank=True)
    user_tasks = models.JSONField(null=True, blank=True, help_text="What the token's user may do; empty = not told.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_health_a_day")]
        verbose_name_plural = "account health"

    def __str__(self) -> str:
        return f"{self.account} on {self.day}: {self.get_severity_display()}"

    @property
    def headroom(self) -> int | None:
        """What the account's spend cap leaves, minor units; None without a cap, or when not told."""
        if self.spend_cap is None or self.amount_spent is None:
            return None
        return max(self.spend_cap - self.amount_spent, 0)
