"""Stored frames: the metrics table of one account and level at one tick, as packed columns."""

from django.db import models

from metaads.models import AdAccount, Level


class StoredFrame(models.Model):
    """Cache, and record of what was known then. `at` and `read_at` are business time.

    `whole`: every entity of the level; else only those that matched a rule (ticks between the hours, once thinned).
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    whole = models.BooleanField(default=True)
    matched = models.JSONField(default=list, help_text="Meta ids that some rule matched on this frame.")
    rows = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        db_table = "intel_frame"
        constraints = [models.UniqueConstraint(fields=["account", "level", "at"], name="one_frame_per_tick")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.at:%Y-%m-%d %H:%M}"
