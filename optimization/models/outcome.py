"""What an executed action brought, measured at 30 min, 24, 48 and 72 h against comparable untouched entities."""

from django.db import models

from optimization.models.action import Action


class Horizon(models.TextChoices):
    """The first is a check whether it took effect at all; the others are measurements."""

    CHECK = "30m", "30 minutes"
    DAY = "24h", "24 hours"
    TWO_DAYS = "48h", "48 hours"
    THREE_DAYS = "72h", "72 hours"


class Effect(models.TextChoices):
    """Verdict. `cannot_tell`: the interval includes zero; `unknown`: it could not be measured, `note` says why."""

    TOOK = "took", "Took effect"
    ODD = "odd", "Something is odd"
    BETTER = "better", "Better"
    WORSE = "worse", "Worse"
    CANNOT_TELL = "cannot_tell", "Cannot tell"
    UNKNOWN = "unknown", "Not measured"


class Outcome(models.Model):
    """`effect`, `low`, `high`: money in the account's minor unit over the horizon that the action made or saved
    (positive = better), with its interval; null = unknown. `figures` holds each metric's own effect.
    """

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="outcomes")
    horizon = models.CharField(max_length=4, choices=Horizon.choices)
    due_at = models.DateTimeField(help_text="Business time.")
    measured_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Effect.choices, blank=True)
    effect = models.BigIntegerField(null=True, blank=True)
    low = models.BigIntegerField(null=True, blank=True)
    high = models.BigIntegerField(null=True, blank=True)
    method = models.CharField(max_length=40, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "horizon"], name="one_outcome_per_horizon")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(measured_at__isnull=True), name="outcome_due"),
        ]

    def __str__(self) -> str:
        return f"{self.action} after {self.horizon}: {self.verdict or 'not measured yet'}"
