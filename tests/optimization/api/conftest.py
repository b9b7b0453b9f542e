"""Callers of the API: a viewer and a manager of one account, a stranger, each with a token."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from rest_framework.test import APIClient

from optimization.tokens import make_token
from tests.factories.metaads import NOW
from tests.optimization.people import euro, manager, stranger, viewer

__all__ = ["calling", "euro", "manager", "stranger", "viewer"]

Caller = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def throttles_of_its_own(db: None, settings: Any, tmp_path: Path) -> None:
    """Throttles count in the shared cache: neither another test's calls nor another worker's are this one's."""
    if settings.REDIS_URL:
        cache.clear()  # each worker has a database of its own there
    else:
        settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": str(tmp_path)}}


def calling(user: User) -> APIClient:
    """A program that holds a token of this user."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user, NOW)}")
    return client


@pytest.fixture
def api(viewer: User) -> APIClient:
    return calling(viewer)
