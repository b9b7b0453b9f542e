"""Maturity curves: what share of a day's final conversions is visible so many hours after the day."""

from django.db import models

from metaads.models import AdAccount


class MaturityCurve(models.Model):
    """Learned once an account day, from revisions that were known then; a past "now" uses the curve of its time.

    `action_type`: the account's result type, "" = purchase. `shares`: one number (0 to 1) or null an age of
    `intelligence.metrics.maturity.AGES`; null = not enough evidence. `conversions` and `days`: the evidence behind it.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="maturity_curves")
    action_type = models.CharField(max_length=120, blank=True)
    day = models.DateField(help_text="Account's local date on which it was learned.")
    made_at = models.DateTimeField()
    shares = models.JSONField()
    conversions = models.FloatField()
    days = models.PositiveIntegerField()

    class Meta:
        db_table = "intel_maturity"
        constraints = [models.UniqueConstraint(fields=["account", "action_type", "day"], name="one_curve_a_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.action_type or 'purchase'} {self.day}"
