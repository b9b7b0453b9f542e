"""A small Meta in this process, with one of its accounts connected and nothing read yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from metaads.graph.client import adapters
from metaads.models import AdAccount
from metaads.sandbox.server import make_app
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import create
from metaads.sync.connect import AccountFacts, store_connection
from tests.sandbox_adapter import Controls, WsgiAdapter

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "http://observed.invalid"


@dataclass
class Meta:
    """The sandbox, its clock, and what was sent to it. `account` is the one that we watch."""

    account: AdAccount
    control: Controls
    wire: WsgiAdapter
    now: datetime

    def advance(self, hours: float) -> datetime:
        """Virtual time passes; answers the new now."""
        self.control.advance(hours)
        self.now += timedelta(hours=hours)
        return self.now

    def calls(self, part: str = "/insights") -> int:
        return sum(part in (request.path_url or "") for request in self.wire.sent)


def connect(size: str, number: int) -> Meta:
    app = make_app(create(sized(size, 7), NOW.timestamp(), frozen=True))
    wire = WsgiAdapter(app)
    adapters[HOST] = wire
    credentials, theirs = app.api.credentials, app.api.world.accounts[number]
    facts = AccountFacts(currency=theirs.market.currency, timezone_name=theirs.market.zone)
    _, accounts = store_connection(
        "Sandbox",
        HOST,
        credentials.token,
        credentials.app_id,
        credentials.app_secret,
        [theirs.id],
        NOW - timedelta(days=60),
        sandbox=True,
        facts=facts,
    )
    return Meta(accounts[0], Controls(app), wire, NOW)


@pytest.fixture
def meet(db: None) -> Iterator[Callable[..., Meta]]:
    """Connects to a world: `meet()` is the EUR account in Berlin, `meet(1)` the JPY one in Tokyo."""

    def make(number: int = 0, size: str = "small") -> Meta:
        return connect(size, number)

    yield make
    adapters.pop(HOST, None)


@pytest.fixture
def meta(meet: Callable[..., Meta]) -> Meta:
    return meet()
