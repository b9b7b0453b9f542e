"""Offline conversions: sales that Meta does not know, uploaded by a person or through the API."""

from django.conf import settings
from django.db import models

from metaads.models import AdAccount


class OfflineUpload(models.Model):
    """One import, and what became of its lines. `uploaded_at` is business time."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="offline_uploads")
    source = models.CharField(max_length=200, help_text="File name, or where else it came from.")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    accepted = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unassigned = models.PositiveIntegerField(default=0, help_text="Accepted, but belonging to no entity we know.")

    class Meta:
        db_table = "intel_offline_upload"
        ordering = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.source} {self.uploaded_at:%Y-%m-%d %H:%M}"


class OfflineConversion(models.Model):
    """One sale. `value` in the major unit of the account's currency. Ids as far up as the mirror knew: a row with an ad
    also counts for its ad set and campaign; one with a campaign alone is never spread below it.

    `problem` says why it belongs to no entity; such rows are listed and count nowhere.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="offline_conversions")
    event_id = models.CharField(max_length=120)
    at = models.DateTimeField(help_text="When the sale was, aware UTC.")
    local_date = models.DateField(help_text="The account's date of the sale.")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    campaign_id = models.CharField(max_length=32, blank=True)
    ad_set_id = models.CharField(max_length=32, blank=True)
    ad_id = models.CharField(max_length=32, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    upload = models.ForeignKey(OfflineUpload, on_delete=models.CASCADE, related_name="conversions")
    known_at = models.DateTimeField(help_text="Business time of the upload: nothing earlier may see it.")

    class Meta:
        db_table = "intel_offline_conversion"
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="one_offline_event")]
        indexes = [models.Index(fields=["account", "local_date"], name="offline_by_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.event_id} {self.value}"
