"""What people and other tools changed at Meta: never written by what this installation did itself."""

from django.db import models

from metaads.models.account import AdAccount


class OutsideChange(models.Model):
    """One change of one field of one object. `before` and `after` as in our mirror (budgets in minor units).

    A row with `ours` is a write of our own application that Meta's history told: kept only so that a difference
    between two syncs is recognised as it, and never shown as an outside change.
    """

    class Source(models.TextChoices):
        ACTIVITY = "activity", "Meta's change history"
        DIFFERENCE = "difference", "Difference between two syncs"

    class Target(models.TextChoices):
        ACCOUNT = "account", "Ad account"
        CAMPAIGN = "campaign", "Campaign"
        AD_SET = "adset", "Ad set"
        AD = "ad", "Ad"
        OTHER = "other", "Something else"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="outside_changes")
    key = models.CharField(max_length=64, help_text="Hash of what makes it the same change; folds repeats.")
    level = models.CharField(max_length=10, choices=Target.choices)
    entity_id = models.CharField(max_length=32)
    entity_name = models.CharField(max_length=400, blank=True)
    field = models.CharField(max_length=40, blank=True, help_text="Our column, or budget, existence; empty = none.")
    event_type = models.CharField(max_length=80, blank=True, help_text="Meta's word; empty for a bare difference.")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    actor_id = models.CharField(max_length=32, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    application_id = models.CharField(max_length=32, blank=True)
    application_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(help_text="When it happened, or the sync that saw it first.")
    since = models.DateTimeField(null=True, blank=True, help_text="Of a difference: the sync that still saw `before`.")
    noticed_at = models.DateTimeField(help_text="Business time when we learned of it.")
    source = models.CharField(max_length=10, choices=Source.choices)
    ours = models.BooleanField(default=False)
    raw = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_outside_change")]
        indexes = [
            models.Index(fields=["account", "-at"], name="outside_change_at"),
            models.Index(fields=["account", "entity_id", "field", "-at"], name="outside_change_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.entity_name or self.entity_id}: {self.field or self.event_type}"
