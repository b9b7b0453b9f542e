"""Freshness and failures of what is collected beside figures and structure: each thing of each account by itself."""

from django.db import models

from metaads.models.account import AdAccount


class SideRead(models.Model):
    """One thing (`changes`, `native_rules`, `health`, `pixels`, ...) of one account."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="side_reads")
    what = models.CharField(max_length=20)
    read_at = models.DateTimeField(null=True, blank=True, help_text="Business time of the last complete read.")
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="Machine time, after a failure.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "what"], name="one_side_read")]

    def __str__(self) -> str:
        return f"{self.account}: {self.what}"
