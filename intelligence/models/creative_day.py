"""Daily rows per creative and campaign, with the creative that each ad had on that day."""

from django.db import models

from metaads.models import AdAccount


class CreativeDay(models.Model):
    """One row per read of one account day that changed something: a revision stays beside what it revises.

    A creative used by several ads of a campaign is one packed row. Conversions are the account's result type, as it
    was set when the row was made.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    read_at = models.DateTimeField(help_text="When the ads' reading was taken.")
    rows = models.PositiveIntegerField(help_text="Pairs of creative and campaign.")
    packed = models.BinaryField(help_text="creatives, campaigns, and one column per metric, NaN = unknown.")
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "intel_creative_day"
        constraints = [models.UniqueConstraint(fields=["account", "day", "read_at"], name="one_creative_day_per_read")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} read {self.read_at:%Y-%m-%d %H:%M}"
