"""Two times: business time for the doors, machine time for leases and settling."""

from datetime import datetime
from typing import cast

from django.db import connection
from django.utils import timezone

from metaads.models import AdAccount


def business_now(account: AdAccount | None = None) -> datetime:
    """Aware UTC. In a sandbox its virtual clock, for imported data the moment of their end, else the wall clock."""
    now = timezone.now()
    if account is None:
        return now
    return account.standing_at or now + account.connection.clock_offset


def machine_now() -> datetime:
    """Machine time: the database's clock, so that workers on many machines agree on leases and settling."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast(datetime, cursor.fetchone()[0])
