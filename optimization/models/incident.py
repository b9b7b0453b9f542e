"""Incidents: what was undone and paused because of an emergency, under one id, with a report."""

import uuid

from django.conf import settings
from django.db import models

from metaads.models import AdAccount
from optimization.models.stop import EmergencyStop


class Incident(models.Model):
    """`account` empty = everything. While a stop is in force, only actions of its incident pass dispatch.

    `since`: the report and the reverts reach back to here (business time, by the wall clock where it is everything).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents")
    stop = models.OneToOneField(EmergencyStop, on_delete=models.PROTECT, null=True, blank=True, related_name="incident")
    reason = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()
    revert_hours = models.FloatField(null=True, blank=True, help_text="Executed changes of so many hours are undone.")
    pause_affected = models.BooleanField(default=False, help_text="What those changes touched is paused.")
    left = models.JSONField(
        default=dict, blank=True, help_text="What could not be undone or paused when tried: action id -> reason."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"incident {self.public_id} of {self.account or 'everything'}"
