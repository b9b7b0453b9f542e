"""An ad account that we watch."""

from datetime import datetime
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AnonymousUser, User
from django.db import models

from metaads.models.connection import Connection
from metaads.moments import moment


@cache
def known_zone(name: str) -> bool:
    """Whether this machine's time-zone data has it. Cached: listing all zones reads the disk."""
    return name in available_timezones()


class AdAccountQuerySet(models.QuerySet["AdAccount"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for the installation's administrator, else those given by a membership. Deny by default."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(memberships__user=user).distinct()

    def watched(self) -> Self:
        return self.filter(active=True, read_only=False)


class AdAccount(models.Model):
    """Mirror of Meta's ad account. Money fields are integers in Meta's minor unit of `currency`."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="accounts")
    meta_id = models.CharField(max_length=32, unique=True, help_text="Digits only, without act_.")
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    timezone_name = models.CharField(max_length=64)
    account_status = models.IntegerField(null=True, blank=True)
    disable_reason = models.IntegerField(null=True, blank=True)
    spend_cap = models.BigIntegerField(null=True, blank=True)
    amount_spent = models.BigIntegerField(null=True, blank=True)
    min_daily_budget = models.BigIntegerField(null=True, blank=True)
    min_campaign_spend_cap = models.BigIntegerField(null=True, blank=True)
    minimum_budgets = models.JSONField(
        default=dict,
        blank=True,
        help_text="Least daily budgets in the account's currency, minor units, by Meta's name.",
    )
    active = models.BooleanField(default=True, help_text="Off: we neither read nor write this account.")
    read_only = models.BooleanField(default=False, help_text="Imported data only; nothing to read or write at Meta.")
    standing_at = models.DateTimeField(
        null=True, blank=True, help_text="Imported data: business time stands here, at their end. Empty = it runs."
    )
    conversion_action_type = models.CharField(
        max_length=120, blank=True, help_text="Result action type; empty = purchase (one of Meta's names for it)."
    )
    connected_at = models.DateTimeField(help_text="Business time; the approval period counts from here.")
    structure_synced_at = models.DateTimeField(null=True, blank=True)
    next_collect_at = models.DateTimeField(null=True, blank=True, help_text="Machine time, after a failure.")
    consecutive_failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = AdAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def path_id(self) -> str:
        """The form that Graph paths need."""
        return f"act_{self.meta_id}"

    @property
    def zone(self) -> ZoneInfo:
        """UTC while the stored name is unknown here: `zone_problem` says so; a page must not break over it."""
        return ZoneInfo(self.timezone_name if known_zone(self.timezone_name) else "UTC")

    def moment(self, value: datetime) -> str:
        """`21 Nov, 14:05 CET`: a moment in the account's zone, as people read it."""
        return moment(value, self.zone)

    @property
    def zone_problem(self) -> str:
        """A sentence for `last_error`; "" while the zone is known."""
        if known_zone(self.timezone_name):
            return ""
        return f"The account's time zone {self.timezone_name!r} is unknown here: its days are counted in UTC."
