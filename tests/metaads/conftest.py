"""Fixtures of the Meta tests: a scripted server, an account on it, and no waiting between tries."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
import stamina

from metaads.graph.client import adapters
from metaads.models import AdAccount, Connection
from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.world.world import World
from metaads.sync.connect import store_connection
from tests.factories.metaads import NOW, AdAccountFactory
from tests.metaads.stub import Stub, running
from tests.sandbox_adapter import Controls, WsgiAdapter
from tests.worlds import folder_of_this_run, small_world_of

HOST = "http://sandbox.invalid"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as server:
        yield server


@pytest.fixture
def account(db: None, stub: Stub) -> AdAccount:
    account: AdAccount = AdAccountFactory.create(meta_id="111", connection__graph_url=stub.url)
    return account


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Three tries without the pauses between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@dataclass(frozen=True)
class Meta:
    """A small sandbox in this process whose clock stands still at NOW, and our connection to it."""

    app: Sandbox
    connection: Connection
    accounts: tuple[AdAccount, ...]
    control: Controls


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made once, for its history takes seconds; every test gets a copy of its own."""
    return small_world_of("world-of-reading", NOW, folder_of_this_run(tmp_path_factory))


@pytest.fixture
def meta(db: None, _world: World) -> Iterator[Meta]:
    app = make_app(deepcopy(_world))
    keys = app.api.credentials
    adapters[HOST] = WsgiAdapter(app)
    ids = [one.id for one in app.api.world.accounts]
    connection, accounts = store_connection(
        "Sandbox", HOST, keys.token, keys.app_id, keys.app_secret, ids, NOW, sandbox=True
    )
    yield Meta(app, connection, accounts, Controls(app))
    del adapters[HOST]
