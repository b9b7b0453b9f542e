"""An account and a person of each kind in it. A conftest that imports these fixtures offers them to its tests."""

import pytest
from django.contrib.auth.models import User

from metaads.models import AdAccount, Role
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory


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
