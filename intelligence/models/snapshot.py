"""Snapshots: what one entity did in one hour, as the difference of two readings of its day."""

from django.db import models

from metaads.models import AdAccount, Level


class Snapshot(models.Model):
    """Money is in the major unit of the account's currency. Null = unknown, never zero.

    `hours` > 1: the difference spans several hours (stored under the first one) and is unknown per hour.
    `since` and `read_at` are the two moments whose totals were subtracted: what the row really spans, so that an hour
    of which only half was seen yet can't be taken for a whole one.
    A negative difference is Meta taking something back within the day.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    entity_id = models.CharField(max_length=32)
    hour = models.DateTimeField(help_text="Start of the hour, UTC.")
    local_date = models.DateField()
    local_hour = models.PositiveSmallIntegerField()
    hours = models.PositiveSmallIntegerField(default=1)
    impressions = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    inline_link_clicks = models.BigIntegerField(null=True)
    spend = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    conversions = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    conversion_value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    thruplays = models.BigIntegerField(null=True)
    actions = models.JSONField(default=dict, help_text="Difference per action type.")
    action_values = models.JSONField(default=dict)
    day_reach = models.BigIntegerField(
        null=True, help_text="Reach of the day so far; reach is not additive over hours."
    )
    status = models.CharField(max_length=32, blank=True)
    learning_status = models.CharField(max_length=20, blank=True)
    daily_budget = models.BigIntegerField(null=True, help_text="Minor unit, at that time.")
    since = models.DateTimeField(help_text="Earlier reading, or the start of the account's day.")
    read_at = models.DateTimeField(help_text="Later reading, never after the end of the account's day.")

    class Meta:
        db_table = "intel_snapshot"
        constraints = [
            models.UniqueConstraint(fields=["account", "level", "entity_id", "hour"], name="one_snapshot_per_hour")
        ]
        indexes = [models.Index(fields=["account", "level", "hour"], name="snapshot_by_hour")]

    def __str__(self) -> str:
        return f"{self.level} {self.entity_id} {self.hour:%Y-%m-%d %H}"
