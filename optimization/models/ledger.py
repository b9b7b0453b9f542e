"""The ledger: append-only and hash-chained. The database itself refuses UPDATE and DELETE (migration 0002)."""

import json
from typing import Any

from django.db import models


class LedgerHead(models.Model):
    """Last link of each chain; locked last in every transaction that appends."""

    chain = models.CharField(max_length=40, primary_key=True)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.chain} #{self.number}"


class LedgerEvent(models.Model):
    """Ids only, no foreign keys and no names: nothing elsewhere can make a row change or vanish."""

    chain = models.CharField(max_length=40, help_text="account:<id> or installation")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    account_id = models.BigIntegerField(null=True)
    action_id = models.UUIDField(null=True)
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=40, help_text="user, rule, optimizer, executor, system ...")
    payload_text = models.TextField(default="{}", help_text="Canonical JSON, exactly as it was hashed.")
    business_time = models.DateTimeField()
    machine_time = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="one_event_per_link")]
        indexes = [models.Index(fields=["action_id"], name="ledger_by_action")]

    def __str__(self) -> str:
        return f"{self.chain} #{self.number} {self.kind}"

    @property
    def payload(self) -> dict[str, Any]:
        return dict(json.loads(self.payload_text))
