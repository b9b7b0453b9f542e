"""Rules and their immutable versions."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from metaads.models import AdAccount, Level


class Rule(models.Model):
    """A rule's identity, switch and statistics. What it says is in its current version's document."""

    class Category(models.TextChoices):
        LOSS_PREVENTION = "loss_prevention", "Loss prevention"
        SCALING = "scaling", "Scaling"
        LEARNING_PROTECTION = "learning_protection", "Learning protection"
        TIME_BASED = "time_based", "Time based"
        BUDGET_REALLOCATION = "budget_reallocation", "Budget reallocation"
        FATIGUE_DETECTION = "fatigue_detection", "Fatigue detection"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=24, choices=Category.choices)
    level = models.CharField(max_length=10, choices=Level.choices)
    priority = models.PositiveSmallIntegerField(default=50, help_text="Higher wins a conflict.")
    active = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    accounts = models.ManyToManyField(AdAccount, blank=True, help_text="None named = all that the owner may see.")
    tags = models.JSONField(default=list, blank=True)
    current = models.ForeignKey(
        "RuleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    evaluated = models.BigIntegerField(default=0, editable=False)
    triggered = models.BigIntegerField(default=0, editable=False)
    proposed = models.BigIntegerField(default=0, editable=False)
    approved = models.BigIntegerField(default=0, editable=False)
    executed = models.BigIntegerField(default=0, editable=False)
    last_triggered_at = models.DateTimeField(null=True, blank=True, editable=False)
    consecutive_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    disabled_reason = models.TextField(blank=True, editable=False)
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Hidden and off since; a rule with actions cannot be deleted."
    )
    activated_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Last switched on.")
    dry_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="From then on, its first look at each account runs dry."
    )

    class Meta:
        ordering = ["-priority", "name"]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """One immutable text of a rule; actions point at the version that made them."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="Validated by optimization.rules.schema.")
    summary = models.TextField(help_text="The rule in plain language.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="one_version_number")]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        """A version is written once: actions point at what it said when it made them."""
        if self.pk is not None and not self._state.adding:
            raise TypeError("A rule version cannot be changed; save a new one.")
        super().save(*args, **options)
