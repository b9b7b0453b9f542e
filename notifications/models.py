"""Messages for people. Knows no other app: a subject is an opaque text such as `account:12`."""

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
