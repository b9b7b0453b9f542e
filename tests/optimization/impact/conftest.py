"""A sandbox account with a month of history, lived through hour by hour by the real collection."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from intelligence.collect.backfill import backfill
from intelligence.observe import observe
from metaads.graph.client import adapters
from metaads.models import AdAccount, AdSet
from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import World, create
from metaads.sync.connect import AccountFacts, store_connection
from metaads.sync.structure import sync_structure
from tests.optimization.conftest import HOST, NOW
from tests.sandbox_adapter import Controls, WsgiAdapter


@dataclass
class Life:
    """`now` moves with the world."""

    app: Sandbox
    account: AdAccount
    now: datetime

    def forward(self, *hours: float) -> None:
        """Moves on, reading everything after each stretch."""
        for one in hours:
            Controls(self.app).advance(one)
            self.now += timedelta(hours=one)
            observe(self.account, self.now)

    def ad_sets(self) -> list[AdSet]:
        """Running ones that have a budget of their own and belong to a sales campaign, the largest first."""
        rows = AdSet.objects.filter(
            account=self.account, status="ACTIVE", daily_budget__gt=0, campaign__objective="OUTCOME_SALES"
        )
        return list(rows.filter(campaign__status="ACTIVE").order_by("-daily_budget", "pk"))


@pytest.fixture(scope="session")
def town() -> World:
    return create(
        sized("small", 11, accounts=1, campaigns=6, ad_sets=16, ads=18, history_days=32), NOW.timestamp(), True
    )


@pytest.fixture
def life(transactional_db: None, town: World) -> Iterator[Life]:
    app = make_app(copy.deepcopy(town))
    adapters[HOST] = WsgiAdapter(app)
    given = app.api.credentials
    secrets = (given.token, given.app_id, given.app_secret)
    facts = AccountFacts(currency="EUR", timezone_name="Europe/Berlin")
    long_ago = NOW - timedelta(days=60)
    number = app.api.world.accounts[0].id
    _, accounts = store_connection("Sandbox", HOST, *secrets, [number], long_ago, sandbox=True, facts=facts)
    sync_structure(accounts[0], NOW)
    backfill(accounts[0], NOW, 30)
    observe(accounts[0], NOW)
    yield Life(app, accounts[0], NOW)
    del adapters[HOST]
