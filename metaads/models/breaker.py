"""The breaker of a connection: what became of the newest writes, and whether Meta fails so often that none begins."""

from datetime import UTC, tzinfo

from django.db import models

from metaads.models.connection import Connection
from metaads.moments import moment


class Breaker(models.Model):
    """Times are machine time. Open while `opened_at` is set; `recent` are [Unix second, failed] of the window."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="breaker")
    recent = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True)
    probes = models.PositiveIntegerField(default=0, help_text="Reads that failed since it opened.")
    opened_because = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it last closed again.")

    def __str__(self) -> str:
        return f"breaker of {self.connection}: {'open' if self.opened_at else 'closed'}"

    def sentence(self, zone: tzinfo = UTC) -> str:
        """Why nothing begins, in words for people. `zone`: of the account that it is said of."""
        since = moment(self.opened_at, zone) if self.opened_at else "now"
        return f"Meta does not work since {since} ({self.opened_because}). No change begins until it answers again."
