"""Weeks: sums of the newest readings of seven days, kept when the days are gone."""

from django.db import models

from metaads.models import AdAccount, Level


class Week(models.Model):
    """One row per account, level and week (Monday to Sunday of the account). Reach is not additive and left out.

    `days` says how many of the seven were read at all; a sum over fewer is a sum over those. A metric that some
    reading did not report for an entity is unknown for its week.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    first_day = models.DateField(help_text="Monday.")
    days = models.PositiveSmallIntegerField(help_text="Days that were read, at most 7.")
    rows = models.PositiveIntegerField()
    packed = models.BinaryField(help_text="ids, and one column per metric, NaN = unknown.")
    source = models.CharField(max_length=64, help_text="SHA-256 of its days' newest readings: equal = nothing to do.")

    class Meta:
        db_table = "intel_week"
        constraints = [models.UniqueConstraint(fields=["account", "level", "first_day"], name="one_week")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} week of {self.first_day}"
