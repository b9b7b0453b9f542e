"""Keeps the mirror in step with what the executor has seen at Meta, so that pages need not wait for a sync."""

from datetime import datetime

from django.db import models

from metaads.executor.change import Change
from metaads.models import Ad, AdSet, Campaign, Level
from metaads.sync.differences import Difference, keep

MODELS: dict[str, type[models.Model]] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


def note(change: Change, value: int | str, now: datetime) -> None:
    """Stores the value of one field as read at Meta at business time `now`.

    A value that is new to the mirror and that we did not send is an outside change: the next sync would no more see it.
    """
    rows = MODELS[change.level]._default_manager.filter(account=change.account, meta_id=change.entity_id)
    before = rows.values("name", "synced_at", change.field).first()
    if before is not None and before[change.field] != value:
        old, since = before[change.field], before["synced_at"]
        seen = Difference(change.entity_id, before["name"], change.field, old, value, since)
        keep(change.account, change.level, [seen], now)
    rows.update(**{change.field: value})
