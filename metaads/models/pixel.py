"""Mirror of the pixels (datasets) that an ad account can use."""

from django.db import models

from metaads.models.account import AdAccount


class Pixel(models.Model):
    """One pixel as one account sees it: two accounts that share a pixel have a row each. Times are Meta's, in UTC."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="pixels")
    meta_id = models.CharField(max_length=32)
    name = models.CharField(max_length=400, blank=True)
    created_time = models.DateTimeField(null=True, blank=True)
    last_fired_at = models.DateTimeField(null=True, blank=True, help_text="Empty = never, or not told.")
    unavailable = models.BooleanField(null=True, blank=True, help_text="Meta's is_unavailable; empty = not told.")
    owner_business_id = models.CharField(max_length=32, blank=True)
    owner_business_name = models.CharField(max_length=200, blank=True)
    owner_account_id = models.CharField(max_length=32, blank=True, help_text="Digits, without act_.")
    synced_at = models.DateTimeField(help_text="Business time of the last read.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_pixel")]

    def __str__(self) -> str:
        return self.name or self.meta_id
