"""One person's yes to one version of a proposal. Four eyes need two of them before the action is approved."""

from django.conf import settings
from django.db import models

from optimization.models.action import Action


class Approval(models.Model):
    """Kept for ever, also of the versions that a refresh overtook; only those of the present version count."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="approvals")
    version = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(help_text="Business time.")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "version", "user"], name="one_approval_per_person_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.user} approves {self.action} v{self.version}"
