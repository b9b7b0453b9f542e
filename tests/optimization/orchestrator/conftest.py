"""An account in dollars with goals, on a small Meta in this process: read once, its settings filled in."""

import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from intelligence.observe import observe
from intelligence.quality import quality_of
from metaads.clock import machine_now
from metaads.graph.client import adapters
from metaads.models import AdAccount, Creative
from metaads.sandbox.server import make_app
from metaads.sandbox.world.world import World
from metaads.sync.connect import AccountFacts, store_connection
from metaads.sync.structure import sync_structure
from optimization.data_quality import record_quality
from optimization.models import Goal
from optimization.orchestrator.creatives import approve_creative, pick_creative
from optimization.orchestrator.goals import make_goal, start_goal
from optimization.orchestrator.settings import save_settings, shipped
from tests.optimization.conftest import NOW, Meta
from tests.sandbox_adapter import Controls, WsgiAdapter

HOST = "http://goals.invalid"
Started = Callable[..., Goal]


@pytest.fixture
def shop(transactional_db: None, small_world: World, settings: Any) -> Iterator[Meta]:
    """The account whose site has events of its own; 30 days are read."""
    settings.EXECUTOR_SETTLE, settings.INITIAL_HISTORICAL_DAYS = timedelta(0), 8
    app = make_app(copy.deepcopy(small_world))
    adapters[HOST] = WsgiAdapter(app)
    keys, third = app.api.credentials, app.api.world.accounts[2]
    secrets = (keys.token, keys.app_id, keys.app_secret)
    facts = AccountFacts(currency="USD", timezone_name="America/New_York")
    _, (account,) = store_connection(
        "Sandbox", HOST, *secrets, [third.id], NOW - timedelta(days=60), sandbox=True, facts=facts
    )
    sync_structure(account, NOW)
    account.refresh_from_db()
    observe(account, NOW, machine_now())
    record_quality(account, NOW)
    assert quality_of(account).checked_at
    row = shipped(account)
    row.countries, row.page_id, row.pixel_id = ["US"], "104000000000002", third.pixel
    row.application_id, row.object_store_url = "77", "https://apps.example/77"
    save_settings(row, None, NOW)
    yield Meta(app, account, Controls(app))
    del adapters[HOST]


@pytest.fixture
def started(shop: Meta) -> Started:
    """A goal that is switched on, with two approved creatives of the account."""

    def make(key: str, **changes: Any) -> Goal:
        goal = make_goal(shop.account, key, None, NOW, **changes)
        for creative in creatives(shop.account)[:2]:
            approve_creative(pick_creative(goal, creative, None, NOW), None, NOW)
        start_goal(goal, None, NOW)
        return goal

    return make


def creatives(account: AdAccount) -> list[str]:
    return list(Creative.objects.filter(account=account).order_by("meta_id").values_list("meta_id", flat=True))
