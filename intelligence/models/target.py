"""Target CPA and ROAS of an account, campaign, ad set or ad, set by a person (through optimization's door)."""

from django.db import models

from metaads.models import AdAccount, Level


class Target(models.Model):
    """`level` and `entity_id` empty = the account's own. CPA in the major unit of the currency; ROAS as a ratio."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="targets")
    level = models.CharField(max_length=10, blank=True, choices=Level.choices, help_text="Empty = whole account.")
    entity_id = models.CharField(max_length=32, blank=True, help_text="Its Meta id; empty = whole account.")
    target_cpa = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    target_roas = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)

    class Meta:
        db_table = "intel_target"
        constraints = [
            models.UniqueConstraint(fields=["account", "level", "entity_id"], name="one_target_per_entity"),
            models.CheckConstraint(
                condition=models.Q(level="", entity_id="") | (~models.Q(level="") & ~models.Q(entity_id="")),
                name="target_of_account_or_entity",
            ),
        ]

    def __str__(self) -> str:
        return f"target of {self.level} {self.entity_id}" if self.entity_id else f"target of {self.account}"
