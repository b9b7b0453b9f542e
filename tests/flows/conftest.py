"""A sandbox process, its accounts connected through the product's own door, and people with roles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.sandbox_control import SandboxControl
from metaads.models import AdAccount, Role
from optimization.connections import Credentials, connect
from optimization.models import Rule
from optimization.rules.services import save_rule, set_active
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.flows.processes import sandbox

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
def meta(transactional_db: None, tmp_path: Path, settings: Settings) -> Iterator[Meta]:
    """Everything over HTTP: nothing of the sandbox runs in this process."""
    settings.INITIAL_HISTORICAL_DAYS = 14
    settings.EXECUTOR_SETTLE = settings.EXECUTOR_SETTLE / 120
    with sandbox(tmp_path / "sandbox") as url:
        control = SandboxControl(url)
        facts = control.wait(60)
        credentials = Credentials(
            "Sandbox", url, facts["access_token"], facts["app_id"], facts["app_secret"], sandbox=True
        )
        _, accounts = connect(credentials, [a["id"] for a in facts["accounts"]], None, timezone.now())
        yield Meta(url, control, accounts)


@pytest.fixture
def admin(transactional_db: None) -> User:
    user: User = UserFactory.create(username="ada", is_superuser=True, is_staff=True)
    return user


@pytest.fixture
def buyer(meta: Meta) -> User:
    """A manager of every account."""
    user: User = UserFactory.create(username="mia")
    for account in meta.accounts:
        MembershipFactory.create(user=user, account=account, role=Role.MANAGER)
    return user


@pytest.fixture
def rule_for(admin: User) -> Callable[..., Rule]:
    """A rule, switched on, that cuts the budget of whatever spent anything in the last seven days."""

    def make(accounts: tuple[AdAccount, ...], now: datetime, document: dict[str, Any] | None = None) -> Rule:
        rule = Rule.objects.create(name="Cut by a tenth", category="loss_prevention", level="adset", owner=admin)
        rule.accounts.set(accounts)
        save_rule(rule, document or CUT, admin, now)
        set_active(rule, True, admin, now)
        return rule

    return make


def minor(amount: Decimal | int) -> int:
    """A JSON budget as the integer that it is."""
    return int(amount)
