"""Files that people brought: kept from the preview on, so that what is stored is what was shown."""

import uuid

from django.conf import settings
from django.db import models

from metaads.models import AdAccount


class ExportFile(models.Model):
    """An Ads Manager export. `answers`: what the person said of it; `result`: what was stored, empty = nothing yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=200)
    data = models.BinaryField(help_text="As it was given, compressed.")
    answers = models.JSONField(default=dict)
    account = models.ForeignKey(AdAccount, on_delete=models.SET_NULL, null=True, related_name="+")
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(help_text="Machine time.")

    def __str__(self) -> str:
        return self.name
