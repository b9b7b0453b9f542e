"""The one place that gives the doors their business time."""

from datetime import datetime

from django.utils import timezone

from metaads.models import AdAccount


def business_now(account: AdAccount | None = None) -> datetime:
    """Aware UTC. For an account that lives in a sandbox, the sandbox's virtual clock; else the wall clock."""
    now = timezone.now()
    return now if account is None else now + account.connection.clock_offset
