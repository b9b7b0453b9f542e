"""The run log of the orchestrator, and what people say of it."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from metaads.models import AdAccount
from optimization.models.action import Action
from optimization.models.goal import Goal


class OrchestratorRun(models.Model):
    """One run for one account; a dry run leaves no row. `counts`: campaigns_created, campaigns_updated,
    winners_promoted, budgets_scaled, adsets_paused: what it proposed."""

    class Trigger(models.TextChoices):
        USER = "user", "Run by a person"
        SCHEDULE = "schedule", "On schedule"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        COMPLETED_WITH_ERRORS = "completed_with_errors", "Completed with errors"
        FAILED = "failed", "Failed"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="orchestrator_runs")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    slot = models.CharField(max_length=60, help_text="What makes it unique, such as the hour of the schedule.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=24, choices=State.choices, default=State.RUNNING)
    settings = models.JSONField(default=dict, help_text="Toggles, amounts and goals as they were.")
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["account", "slot"], name="one_orchestrator_run_per_slot")]

    def __str__(self) -> str:
        return f"run of {self.account} at {self.started_at:%Y-%m-%d %H:%M}"


class OrchestratorStep(models.Model):
    """One step of a run, with its reason, linked to the action that it proposed."""

    class Kind(models.TextChoices):
        CREATE_CAMPAIGN = "create_campaign", "Create campaign"
        UPDATE_BUDGET = "update_budget", "Set budget"
        PROMOTE_WINNER = "promote_winner", "Promote winner"
        PAUSE_AD_SET = "pause_adset", "Pause ad set"
        ERROR = "error", "Error"

    class Result(models.TextChoices):
        SUCCESS = "success", "Success"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    run = models.ForeignKey(OrchestratorRun, on_delete=models.CASCADE, related_name="steps")
    goal = models.ForeignKey(Goal, on_delete=models.SET_NULL, null=True, blank=True, related_name="steps")
    goal_key = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    result = models.CharField(max_length=10, choices=Result.choices)
    reason = models.TextField()
    details = models.JSONField(default=dict)
    action = models.ForeignKey(Action, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.result}): {self.reason}"


class SurveyAnswer(models.Model):
    """The one question after 30 days: how content a user is, 1 to 5; null = asked, not answered yet."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(5)])

    def __str__(self) -> str:
        return f"{self.user}: {self.score or 'not answered'}"
