"""Long work that somebody asked for: a back-test, a simulation. The row is the truth, a queue message only wakes."""

import uuid

from django.conf import settings
from django.db import models

from metaads.models import AdAccount


class Job(models.Model):
    """`progress` from 0 to 1; `result` is the kind's JSON, of bounded size. Times are business time of the account,
    except `heartbeat_at` (machine time of the worker's last sign of life, whatever the account's clock does)."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="jobs")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0)
    note = models.TextField(blank=True, help_text="What it does now, or why it ended.")
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Workers that took it up, one after the other.")
    cancel_asked = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["account", "kind", "-created_at"], name="job_list"),
            models.Index(fields=["state", "id"], name="job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account} ({self.state})"

    @property
    def open(self) -> bool:
        """Waiting or running."""
        return self.state in OPEN_JOB_STATES

    @property
    def percent(self) -> int:
        return round(100 * self.progress)


OPEN_JOB_STATES = (Job.State.QUEUED, Job.State.RUNNING)
