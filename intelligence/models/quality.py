"""Whether an account's data can be trusted: the state now, and every change of it."""

from django.db import models

from metaads.models import AdAccount


class QualityState(models.Model):
    """One row an account. Business time. `findings` and `reasons`: lists of {check, verdict, sentence}.

    `doubtful_since` set = money-moving proposals stop there. `clean_since`: since when no check has objected, while the
    account is still doubtful (it clears only after a while, so that a figure at the edge does not flicker).
    """

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="quality")
    checked_at = models.DateTimeField()
    doubtful_since = models.DateTimeField(null=True, blank=True)
    clean_since = models.DateTimeField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)

    class Meta:
        db_table = "intel_quality"

    def __str__(self) -> str:
        return f"{self.account_id} {'doubtful' if self.doubtful_since else 'trusted'}"


class QualityChange(models.Model):
    """Append-only. `recorded` = its event stands in the ledger, which `optimization` writes."""

    class Kind(models.TextChoices):
        DOUBTFUL = "doubtful"
        REASONS = "reasons"
        CLEARED = "cleared"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="quality_changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    reasons = models.JSONField(default=list)
    recorded = models.BooleanField(default=False)

    class Meta:
        db_table = "intel_quality_change"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(recorded=False), name="quality_change_unrecorded")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
