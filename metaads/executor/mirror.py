"""Keeps the mirror in step with what the executor has seen at Meta, so that pages need not wait for a sync."""

from django.db import models

from metaads.executor.change import Change
from metaads.models import Ad, AdSet, Campaign, Level

MODELS: dict[str, type[models.Model]] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


def note(change: Change, value: int | str) -> None:
    """Stores the value of one field as read at Meta."""
    rows = MODELS[change.level]._default_manager.filter(account=change.account, meta_id=change.entity_id)
    rows.update(**{change.field: value})
