"""Day profiles: the hour-of-day evidence that outlives the raw hours."""

from django.db import models

from metaads.models import AdAccount, Level


class DayProfile(models.Model):
    """One row per account, level and local day: 24 slots an entity and metric, by the hour on the account's clock.

    Made from the day's HourBlocks; an hour that was seen only together with others is unknown in its slot and counted
    in `<metric>.unplaced`, so that slots and unplaced together are the sum of the blocks.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    day = models.DateField()
    rows = models.PositiveIntegerField()
    packed = models.BinaryField(help_text="ids; hours seen per slot; per metric 24 values an entity, and unplaced.")
    source = models.CharField(max_length=64, help_text="What it was made from: equal = nothing to do.")

    class Meta:
        db_table = "intel_profile"
        constraints = [models.UniqueConstraint(fields=["account", "level", "day"], name="one_profile_per_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.day}"
