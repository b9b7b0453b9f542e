"""A run of the cycle for one account: what was looked at, proposed, skipped and why."""

from django.db import models

from metaads.models import AdAccount

LOOKS = ("evaluate", "live", "scheduled")
"""Kinds of runs that look at rules: with new data, between two collections, and when a rule's time has come."""

OPTIMIZE = "optimize"
"""A look of the optimiser; its drafts enter the queue with the run of the rules at the same moment."""


class Run(models.Model):
    """Unique per (account, kind, slot): a duplicated task inserts nothing and stops."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=20, default="evaluate")
    slot = models.CharField(max_length=60, help_text="What makes it unique, such as the time of the data it saw.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    losers = models.JSONField(default=dict, help_text="Who lost a conflict and why (optimization.queue.losers).")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "kind", "slot"], name="one_run_per_slot")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account} at {self.started_at:%Y-%m-%d %H:%M}"
