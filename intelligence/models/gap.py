"""Hours of an account that nobody read while they passed."""

from django.db import models

from metaads.models import AdAccount


class Gap(models.Model):
    """`since` to `until` (UTC, clock hours, the end not included) lie between two reads: their sum alone is known.

    Filled at campaign level from Meta's hourly breakdown, which has no reach and no web purchases: those stay unknown.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    found_at = models.DateTimeField(help_text="Business time.")
    filled_at = models.DateTimeField(null=True, blank=True, help_text="Business time; null = not yet.")

    class Meta:
        db_table = "intel_gap"
        constraints = [models.UniqueConstraint(fields=["account", "since"], name="one_gap_per_start")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M}"
