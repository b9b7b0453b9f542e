"""Entity locks: a person keeps automation away from an object until a date."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from metaads.models import AdAccount, Level
from optimization.models.action import ACCOUNT_LEVEL


class LockQuerySet(models.QuerySet["EntityLock"]):
    def in_force(self, account: AdAccount, now: datetime) -> "LockQuerySet":
        """Locks of one account that hold at business time `now`."""
        open_ended = Q(until__isnull=True) | Q(until__gt=now)
        return self.filter(open_ended, account=account, released_at__isnull=True)


class EntityLock(models.Model):
    """Holds the object and all below it. `until` empty = until it is released. Times are business time."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="locks")
    level = models.CharField(max_length=10, choices=[*Level.choices, (ACCOUNT_LEVEL, "Ad account")])
    entity_id = models.CharField(max_length=32)
    entity_name = models.CharField(max_length=400)
    until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = LockQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "level", "entity_id"],
                condition=Q(released_at__isnull=True),
                name="one_lock_per_entity",
            ),
        ]

    def __str__(self) -> str:
        return f"lock of {self.level} {self.entity_name}"
