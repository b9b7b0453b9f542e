"""Keeps the mirror in step with what the executor has seen at Meta, so that pages need not wait for a sync."""

from datetime import datetime
from typing import Any

from django.db import models

from metaads.executor.change import Change
from metaads.executor.fields import field_of
from metaads.models import Ad, AdSet, Campaign, Level
from metaads.sync.differences import Difference, keep, plain

MODELS: dict[str, type[models.Model]] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


def note(change: Change, value: Any, now: datetime) -> None:
    """Stores the value of one field as read at Meta at business time `now`. What was made comes with the next sync.

    A value that is new to the mirror and that we did not send is an outside change: the next sync would no more see it.
    """
    if change.makes or value is None:
        return
    model = MODELS[change.level]
    known = {field.name for field in model._meta.get_fields()}
    columns = {name: one for name, one in field_of(change.level, change.field).columns(value).items() if name in known}
    if not columns:
        return
    rows = model._default_manager.filter(account=change.account, meta_id=change.entity_id)
    before = rows.values("name", "synced_at", *columns).first()
    if before is not None:
        since = before["synced_at"]
        seen = [
            Difference(change.entity_id, before["name"], name, plain(before[name]), one, since)
            for name, one in columns.items()
            if before[name] != one
        ]
        keep(change.account, change.level, seen, now)
    rows.update(**columns)
