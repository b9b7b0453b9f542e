"""Target CPA and ROAS of an account or a campaign, set by a person (through optimization's door)."""

from django.db import models

from metaads.models import AdAccount


class Target(models.Model):
    """`campaign_id` empty = the account's own. CPA in the major unit of the currency; ROAS as a ratio (2.5)."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="targets")
    campaign_id = models.CharField(
        max_length=32, blank=True, help_text="Meta id of the campaign; empty = whole account."
    )
    target_cpa = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    target_roas = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)

    class Meta:
        db_table = "intel_target"
        constraints = [models.UniqueConstraint(fields=["account", "campaign_id"], name="one_target_per_campaign")]

    def __str__(self) -> str:
        return f"target of {self.campaign_id or self.account}"
