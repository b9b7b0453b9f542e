"""Calendar of events that explain figures: launches, sales, holidays, known outages."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from metaads.models import AdAccount


class CalendarEvent(models.Model):
    """Whole days, both included, in the zone of whichever account is looked at. `account` null = all accounts.

    Changed by a person through `optimization.calendar_doors`, which writes the ledger."""

    class Kind(models.TextChoices):
        LAUNCH = "launch", "Launch"
        PROMOTION = "promotion", "Promotion or sale"
        HOLIDAY = "holiday", "Holiday"
        OUTAGE = "outage", "Outage"
        OTHER = "other", "Other"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROMOTION)
    first_day = models.DateField()
    last_day = models.DateField(help_text="Included.")
    effect = models.TextField(blank=True, help_text="What it is expected to do, for those who read the charts later.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "intel_calendar_event"
        ordering = ["-first_day", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="calendar_event_ends_after_start")
        ]
        indexes = [models.Index(fields=["account", "first_day"], name="calendar_by_account")]

    def __str__(self) -> str:
        return self.name
