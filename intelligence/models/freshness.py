"""How old the data are, per account and level. Every consumer can ask."""

from django.db import models

from metaads.models import AdAccount, Level


class Freshness(models.Model):
    """Business time. `read_at` = last complete read of today's totals; null = never."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="freshness")
    level = models.CharField(max_length=10, choices=Level.choices)
    read_at = models.DateTimeField(null=True)
    history_from = models.DateField(null=True, help_text="First day that the back-fill has covered.")
    problem = models.TextField(blank=True, help_text="Why the last read failed; empty = it did not.")

    class Meta:
        db_table = "intel_freshness"
        verbose_name_plural = "freshness"
        constraints = [models.UniqueConstraint(fields=["account", "level"], name="one_freshness_per_level")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.read_at or 'never'}"
