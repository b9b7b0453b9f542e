"""What Meta's usage headers said last, per account. Machine time."""

from django.db import models

from metaads.models.account import AdAccount


class ApiUsage(models.Model):
    """Latest headers and our own count of calls in the current hour; shared by all workers."""

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="usage")
    hour = models.DateTimeField(help_text="Start of the hour that `calls` counts.")
    calls = models.PositiveIntegerField(default=0)
    percent = models.FloatField(null=True, blank=True, help_text="Highest in the last headers; null = none sent.")
    blocked_until = models.DateTimeField(null=True, blank=True)
    insights_blocked_until = models.DateTimeField(
        null=True, blank=True, help_text="Meta limits reports apart: this block must not stop a change."
    )
    headers = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "API usage"

    def __str__(self) -> str:
        return f"{self.account}: {self.calls} calls this hour"
