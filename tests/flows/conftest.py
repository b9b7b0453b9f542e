"""A sandbox process, its accounts connected through the product's own door, and people with roles."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.brokers import get_broker
from pytest_django.fixtures import Settings

from config.sandbox_control import SandboxControl
from metaads.graph.client import adapters
from metaads.models import AdAccount, Role
from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.world.world import World
from optimization.connections import Credentials, connect
from optimization.models import Rule
from optimization.rules.services import save_rule, set_active
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.flows.processes import lay_world, sandbox
from tests.sandbox_adapter import Controls, WsgiAdapter
from tests.worlds import folder_of_this_run, small_world_of

LOCAL = "http://sandbox.invalid"
CUT = {
    "conditions": {"all": [{"field": "spend_7d", "operator": ">", "value": 0}]},
    "actions": [{"kind": "decrease_budget", "parameters": {"percent": 10}}],
    "mode": "approval_required",
}


@dataclass(frozen=True)
class Meta:
    """The sandbox process and our accounts on it, the first one in EUR, the second in JPY."""

    url: str
    control: SandboxControl
    accounts: tuple[AdAccount, ...]

    def writes(self, entity_id: str = "") -> list[dict[str, Any]]:
        """What was written at Meta, oldest first."""
        found: list[dict[str, Any]] = self.control.call("GET", "writes")["writes"]
        return [write for write in found if entity_id in ("", write["object_id"])]


@pytest.fixture
def meta(
    transactional_db: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> Iterator[Meta]:
    """Everything over HTTP: nothing of the sandbox runs in this process."""
    settings.INITIAL_HISTORICAL_DAYS = 8
    settings.EXECUTOR_SETTLE = settings.EXECUTOR_SETTLE / 120
    lay_world(tmp_path / "sandbox", folder_of_this_run(tmp_path_factory))
    with sandbox(tmp_path / "sandbox") as url:
        control = SandboxControl(url)
        facts = control.wait(180)
        credentials = Credentials(
            "Sandbox", url, facts["access_token"], facts["app_id"], facts["app_secret"], sandbox=True
        )
        _, accounts = connect(credentials, [a["id"] for a in facts["accounts"]], None, timezone.now())
        yield Meta(url, control, accounts)


@dataclass(frozen=True)
class LocalMeta:
    """A small sandbox in this process: for flows that count calls or flip settings, where a socket proves nothing."""

    app: Sandbox
    accounts: tuple[AdAccount, ...]

    def writes(self, entity_id: str = "") -> list[dict[str, Any]]:
        return [write for write in Controls(self.app).writes() if entity_id in ("", write["object_id"])]

    @property
    def calls(self) -> int:
        """Requests answered so far."""
        return self.app.requests


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made once with the wall clock's time and copied for each test."""
    return small_world_of("world-of-flows", timezone.now(), folder_of_this_run(tmp_path_factory))


@pytest.fixture
def local_meta(transactional_db: None, small_world: World, settings: Settings) -> Iterator[LocalMeta]:
    settings.INITIAL_HISTORICAL_DAYS = 8
    settings.EXECUTOR_SETTLE = settings.EXECUTOR_SETTLE / 120
    app = make_app(copy.deepcopy(small_world))
    keys, ids = app.api.credentials, [account.id for account in app.api.world.accounts]
    credentials = Credentials("Sandbox", LOCAL, keys.token, keys.app_id, keys.app_secret, sandbox=True)
    adapters[LOCAL] = WsgiAdapter(app)
    _, accounts = connect(credentials, ids, None, timezone.now())
    yield LocalMeta(app, accounts)
    del adapters[LOCAL]


@pytest.fixture(autouse=True)
def _empty_queues(transactional_db: None) -> None:
    """A broker outside the database keeps messages of earlier tests; a worker must not wake up to them."""
    for cluster in (settings.Q_ACT, settings.Q_WORK):
        get_broker(cluster).purge_queue()


@pytest.fixture
def admin(transactional_db: None) -> User:
    user: User = UserFactory.create(username="ada", is_superuser=True, is_staff=True)
    return user


@pytest.fixture
def buyer(transactional_db: None, request: pytest.FixtureRequest) -> User:
    """A manager of every account."""
    user: User = UserFactory.create(username="mia")
    fixture = "meta" if "meta" in request.fixturenames else "local_meta"
    for account in request.getfixturevalue(fixture).accounts:
        MembershipFactory.create(user=user, account=account, role=Role.MANAGER)
    return user


@pytest.fixture
def rule_for(admin: User) -> Callable[..., Rule]:
    """A rule, switched on, that cuts the budget of whatever spent anything in the last seven days."""

    def make(accounts: tuple[AdAccount, ...], now: datetime, document: dict[str, Any] | None = None) -> Rule:
        rule = Rule.objects.create(name="Cut by a tenth", category="loss_prevention", level="adset", owner=admin)
        rule.accounts.set(accounts)
        save_rule(rule, document or CUT, admin, now)
        set_active(rule, True, admin, now, without_dry_run="tested elsewhere")
        return rule

    return make
