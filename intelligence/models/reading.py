"""Readings: the append-only truth. One row per read of one day's totals of one level of one account.

A later reading of the same day is a revision; the one it revises stays. "As known at T" is therefore one filter:
for each day the newest reading with `read_at <= T`. The totals of all entities are packed columns
(`intelligence.columns`, laid out by `intelligence.collect.layout`), so a read of 10,000 ads is one row and not 10,000.
"""

from django.db import models

from metaads.models import AdAccount, Level


class Reading(models.Model):
    """Written only when something changed; a read that found the same raises `confirmed_at` of the newest one.

    `day` is the account's local date; `read_at` and `confirmed_at` are business time (aware UTC).
    `window` is "day" for the day's totals; "7d" and the like for Meta's reach of that many days ending with `day`.
    """

    DAY = "day"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    window = models.CharField(max_length=8, default=DAY)
    day = models.DateField()
    read_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(help_text="Last read that found the same.")
    confirmations = models.BinaryField(
        default=b"", help_text="Each such read: seconds after read_at, little-endian uint32."
    )
    rows = models.PositiveIntegerField(help_text="Entities that Meta listed for this day.")
    packed = models.BinaryField(help_text="Columns: ids, and one column per metric, NaN = not reported.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the packed columns: equal = nothing changed.")

    class Meta:
        db_table = "intel_reading"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "level", "window", "day", "read_at"], name="one_reading_per_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.day} read {self.read_at:%Y-%m-%d %H:%M}"
