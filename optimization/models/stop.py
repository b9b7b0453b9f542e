"""Emergency stops. While one is in force no new write begins on any worker."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from metaads.models import AdAccount


class EmergencyStopManager(models.Manager["EmergencyStop"]):
    """Questions about stops. Nothing is cached: every worker asks the database right before it writes."""

    def in_force(self, account: AdAccount | None = None) -> "EmergencyStop | None":
        """The stop that holds this account, its own or the one for everything; None given = only the latter."""
        about = Q(account__isnull=True) if account is None else Q(account=account) | Q(account__isnull=True)
        return self.filter(about, lifted_at__isnull=True).first()


class EmergencyStop(models.Model):
    """`account` empty = everything. In force while `lifted_at` is empty."""

    account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="stops")
    reason = models.TextField(blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    disabled_rules = models.JSONField(default=list, help_text="Ids of the rules that it turned off.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lift_reason = models.TextField(blank=True)

    objects = EmergencyStopManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at__isnull=True), name="one_stop_per_account"
            ),
            models.UniqueConstraint(
                models.Value(1), condition=Q(lifted_at__isnull=True, account__isnull=True), name="one_stop_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"stop of {self.account or 'everything'}"

    def sentence(self) -> str:
        """The stop in words for people."""
        what = "everything" if self.account_id is None else "this account"
        why = f": {self.reason}" if self.reason else "."
        return f"An emergency stop of {what} is in force since {self.set_at:%Y-%m-%d %H:%M} UTC{why}"
