"""A small Meta in this process, with one of its accounts connected and nothing read yet."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import pytest
import requests
import stamina

from metaads.graph.client import adapters
from metaads.models import AdAccount
from metaads.sandbox.server import make_app
from metaads.sandbox.world.options import WorldOptions, sized
from metaads.sandbox.world.world import World, create
from metaads.sync.connect import AccountFacts, store_connection
from tests.sandbox_adapter import Controls, WsgiAdapter

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "http://observed.invalid"


class Wire(WsgiAdapter):
    """The way to the sandbox; `before` sees each request first, so that a test can bring a fault in at that moment."""

    before: Callable[[str], None] | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.before is not None:
            self.before(request.path_url or "")
        return super().send(request, *args, **kwargs)


@dataclass
class Meta:
    """The sandbox, its clock, and what was sent to it. `account` is the one that we watch."""

    account: AdAccount
    control: Controls
    wire: Wire
    now: datetime

    def advance(self, hours: float) -> datetime:
        """Virtual time passes; answers the new now."""
        self.control.advance(hours)
        self.now += timedelta(hours=hours)
        return self.now

    def breaks(self, kind: str, part: str, count: int = 9) -> None:
        """From the first request on whose URL holds `part`, insights fail like this."""

        def bring_in(url: str) -> None:
            if part in url:
                self.wire.before = None
                self.control.fault(kind, path="insights", count=count)

        self.wire.before = bring_in

    def mended(self) -> None:
        self.wire.before = None
        self.control("DELETE", "faults")

    def calls(self, part: str = "/insights") -> int:
        return sum(part in (request.path_url or "") for request in self.wire.sent)


@lru_cache(maxsize=2)
def _fresh(options: WorldOptions) -> World:
    """Simulating the past takes seconds: done once, and each test gets a copy. Not by name: tests give names sizes."""
    return create(options, NOW.timestamp(), frozen=True)


def connect(size: str, number: int, world: World | None = None) -> Meta:
    app = make_app(world or copy.deepcopy(_fresh(sized(size, 7))))
    wire = Wire(app)
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


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Reads are tried again without the pauses between."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


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
