"""A connection: one token on one Graph host. Secrets are sealed and never shown again."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models

from metaads import crypto


def default_graph_url() -> str:
    return str(settings.META_GRAPH_URL)


def default_api_version() -> str:
    return str(settings.META_API_VERSION)


class Connection(models.Model):
    """Credentials for a Graph host. `clock_offset` is added to the wall clock: only a sandbox's is not zero."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked", "Not checked yet"
        OK = "ok", "Working"
        PARTIAL = "partial", "Misses accounts"
        BROKEN = "broken", "Needs attention"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    graph_url = models.URLField(default=default_graph_url, help_text="Host of the Graph API, without the version.")
    api_version = models.CharField(max_length=10, default=default_api_version)
    app_id = models.CharField(max_length=40, blank=True)
    app_secret_sealed = models.TextField(blank=True, editable=False)
    access_token_sealed = models.TextField(blank=True, editable=False)
    sandbox = models.BooleanField(default=False, help_text="Talks to our simulated Meta: no real money.")
    clock_offset = models.DurationField(default=timedelta(0), editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNCHECKED)
    state_reason = models.TextField(blank=True)
    scopes = models.JSONField(default=list, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    seen_accounts = models.JSONField(null=True, blank=True, help_text="Ids that the token saw; empty = not asked yet.")
    checked_at = models.DateTimeField(null=True, blank=True, help_text="Business time of the last check.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def _context(self, column: str) -> str:
        return f"metaads_connection:{self.pk}:{column}"

    @property
    def access_token(self) -> str:
        return crypto.unseal(self.access_token_sealed, self._context("access_token"))

    @access_token.setter
    def access_token(self, plain: str) -> None:
        self.access_token_sealed = crypto.seal(plain, self._context("access_token"))

    @property
    def app_secret(self) -> str:
        return crypto.unseal(self.app_secret_sealed, self._context("app_secret"))

    @app_secret.setter
    def app_secret(self, plain: str) -> None:
        self.app_secret_sealed = crypto.seal(plain, self._context("app_secret"))
