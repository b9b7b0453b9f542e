"""A small Meta in this process, one account of it mirrored, and makers of actions."""

import copy
import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.graph.client import adapters
from metaads.models import AdAccount, AdSet, Role
from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.world.world import World
from metaads.sync.connect import AccountFacts, store_connection
from metaads.sync.structure import sync_structure
from optimization.models import Action, Source, Status
from tests.data import DATA
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.sandbox_adapter import Controls, WsgiAdapter
from tests.worlds import folder_of_this_run, small_world_of

collect_ignore = [] if DATA.is_dir() else ["test_public_exports.py"]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "http://sandbox.invalid"


@dataclasses.dataclass
class Meta:
    """The sandbox in this process and our mirror of its first account."""

    app: Sandbox
    account: AdAccount
    control: Controls

    def budget(self, ad_set_id: str) -> int:
        """What Meta really holds, minor units."""
        return int(self._node(ad_set_id).daily_budget)

    def edit(self, ad_set_id: str, daily_budget: int) -> None:
        """Somebody else changes a budget at Meta."""
        self._node(ad_set_id).daily_budget = daily_budget

    def forget_minimums(self) -> None:
        """We have not heard of Meta's least budgets, so that only Meta itself refuses what is below them."""
        type(self.account)._default_manager.filter(pk=self.account.pk).update(min_daily_budget=None, minimum_budgets={})
        self.account.refresh_from_db()

    def _node(self, ad_set_id: str) -> Any:
        return next(node for node in self.app.api.world.accounts[0].ad_sets if node.id == ad_set_id)

    def posts(self, entity_id: str) -> list[dict[str, Any]]:
        return [w for w in self.control.writes() if w["object_id"] == entity_id]


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world with its history, made once and copied for each test."""
    return small_world_of("world-of-decisions", NOW, folder_of_this_run(tmp_path_factory))


@pytest.fixture
def meta(transactional_db: None, small_world: World) -> Iterator[Meta]:
    """Committed data, for the executor's transactions are the subject. The virtual clock stands still at NOW."""
    app = make_app(copy.deepcopy(small_world))
    adapters[HOST] = WsgiAdapter(app)
    facts = AccountFacts(currency="EUR", timezone_name="Europe/Berlin")
    credentials = app.api.credentials
    _, accounts = store_connection(
        "Sandbox",
        HOST,
        credentials.token,
        credentials.app_id,
        credentials.app_secret,
        [app.api.world.accounts[0].id],
        NOW - timedelta(days=60),
        sandbox=True,
        facts=facts,
    )
    sync_structure(accounts[0], NOW)
    yield Meta(app, accounts[0], Controls(app))
    del adapters[HOST]


@pytest.fixture
def ad_set(meta: Meta) -> AdSet:
    """An active ad set with a daily budget of its own."""
    return AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")[0]


@pytest.fixture
def manager(db: None) -> User:
    user: User = UserFactory.create(username="mia")
    return user


def pending(ad_set: AdSet, wanted: int, **columns: Any) -> Action:
    """A pending proposal of a person or rule to set an ad set's daily budget."""
    defaults: dict[str, Any] = {
        "account": ad_set.account,
        "level": "adset",
        "entity_id": ad_set.meta_id,
        "entity_name": ad_set.name,
        "campaign_id": ad_set.campaign.meta_id,
        "kind": "decrease_budget" if wanted < (ad_set.daily_budget or 0) else "increase_budget",
        "source": Source.PERSON,
        "field": "daily_budget",
        "value_before": ad_set.daily_budget,
        "value_wanted": wanted,
        "value_final": wanted,
        "currency": ad_set.account.currency,
        "reason": "A test wants it.",
        "status": Status.PENDING,
        "proposed_at": NOW,
        "refreshed_at": NOW,
        "expires_at": NOW + timedelta(hours=48),
    }
    return Action.objects.create(**{**defaults, **columns})


@pytest.fixture
def propose_budget() -> Callable[..., Action]:
    return pending


@pytest.fixture
def local_ad_set(db: None) -> AdSet:
    """An ad set of the mirror alone, where Meta plays no part."""
    row: AdSet = AdSetFactory.create()
    return row


@pytest.fixture
def member(manager: User) -> Callable[..., User]:
    """Gives the manager (or another user) a role in an account."""

    def give(account: AdAccount, role: Role = Role.MANAGER, user: User | None = None) -> User:
        MembershipFactory.create(user=user or manager, account=account, role=role)
        return user or manager

    return give
