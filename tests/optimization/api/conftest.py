"""Callers of the API: a viewer and a manager of one account, a stranger, each with a token."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from rest_framework.test import APIClient

from metaads.models import AdAccount, Role
from optimization.tokens import make_token
from tests.factories.metaads import NOW, AdAccountFactory, MembershipFactory, UserFactory

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
def euro(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create(name="Northwind", currency="EUR")
    return account


@pytest.fixture
def viewer(euro: AdAccount) -> User:
    user: User = UserFactory.create(username="vic")
    MembershipFactory.create(user=user, account=euro, role=Role.VIEWER)
    return user


@pytest.fixture
def manager(euro: AdAccount) -> User:
    user: User = UserFactory.create(username="marta")
    MembershipFactory.create(user=user, account=euro, role=Role.MANAGER)
    return user


@pytest.fixture
def stranger(db: None) -> User:
    user: User = UserFactory.create(username="sam")
    return user


@pytest.fixture
def api(viewer: User) -> APIClient:
    return calling(viewer)
