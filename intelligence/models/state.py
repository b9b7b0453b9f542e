"""States: what the mirror said of a level at a moment, so that a past table can be rebuilt with the state of then."""

from django.db import models

from metaads.models import AdAccount, Level


class State(models.Model):
    """Append-only, written only when something changed (docs/decisions/0009).

    `whole` rows hold every entity, deleted ones included; the others only those that differ from the state before,
    so "as known at T" is the newest whole one with `at <= T` with the later ones laid over it.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    at = models.DateTimeField(help_text="Business time from which on it held.")
    whole = models.BooleanField()
    rows = models.PositiveIntegerField(help_text="Entities in this row.")
    packed = models.BinaryField(help_text="Columns of the mirror: texts, budgets, times, targets.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole state after this row.")

    class Meta:
        db_table = "intel_state"
        constraints = [models.UniqueConstraint(fields=["account", "level", "at"], name="one_state_per_moment")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.at:%Y-%m-%d %H:%M}"
