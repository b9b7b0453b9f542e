"""Messages for people. Knows no other app: a subject is an opaque text such as `account:12`."""

import uuid

from django.conf import settings
from django.db import models


class Notification(models.Model):
    """One in-app message. `user` empty = for everybody who may see `subject`; `key` folds duplicates."""

    class Kind(models.TextChoices):
        ACTION_PENDING = "action_pending", "Action pending"
        ACTION_EXECUTED = "action_executed", "Action executed"
        ACTION_FAILED = "action_failed", "Action failed"
        ALERT = "alert", "Alert"
        INSIGHT = "insight", "Insight"
        SYSTEM = "system", "System"

    class Severity(models.TextChoices):
        INFO = "info", "Info"
        SUCCESS = "success", "Success"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.INFO)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(default=1, help_text="How often it was said; a repeat raises this.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "-updated_at"], name="notification_subject")]

    def __str__(self) -> str:
        return self.title


class WebhookCall(models.Model):
    """One call of somebody's address, at least once. The receiver knows a repeat by `delivery_id`.

    `made_at` is business time, all other times are machine time. `secret` is a name in the settings, never the secret.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "To be sent"
        DELIVERED = "delivered", "Accepted"
        FAILED = "failed", "Given up"

    delivery_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=200, unique=True)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=40, blank=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the last answer.")
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="webhook_due")]

    def __str__(self) -> str:
        return f"{self.url} {self.state}"
