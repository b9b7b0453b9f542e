"""Hours: what every entity of one level did in one clock hour, as the difference of two readings of its day."""

from django.db import models

from metaads.models import AdAccount, Level


class HourBlock(models.Model):
    """One row per account, level and hour; its entities are packed columns (docs/decisions/0009).

    An entity stands in a block once, so (entity, hour) is unique by construction. `hour` is the UTC start of the
    account's clock hour, `local_hour` that hour on the account's clock. Columns: `intelligence.collect.rows`.

    `hours` > 1: the difference spans several hours (stored under the first one) and is unknown per hour.
    `since` and `read_at` are the two moments whose totals were subtracted: what the block really spans, so that an
    hour of which only half was seen yet can't be taken for a whole one.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    hour = models.DateTimeField(help_text="Start of the hour, UTC.")
    hours = models.PositiveSmallIntegerField(default=1)
    local_date = models.DateField()
    local_hour = models.PositiveSmallIntegerField()
    since = models.DateTimeField(help_text="Earlier reading, or the start of the account's day.")
    read_at = models.DateTimeField(help_text="Later reading, never after the end of the account's day.")
    rows = models.PositiveIntegerField(help_text="Entities in the block.")
    packed = models.BinaryField(help_text="Columns of differences and of the state at that time, NaN = unknown.")

    class Meta:
        db_table = "intel_hour"
        constraints = [models.UniqueConstraint(fields=["account", "level", "hour"], name="one_block_per_hour")]
        indexes = [models.Index(fields=["account", "level", "local_date"], name="hours_by_local_date")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.hour:%Y-%m-%d %H}"
