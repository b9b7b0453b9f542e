"""The worlds that are lived through: sandboxes over loopback HTTP, with seeds that nobody tunes with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.serving import make_server

from config.management.commands.run_sandbox import Handler
from config.sandbox_control import SandboxControl
from metaads.sandbox.server import make_app
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import World, create

START = datetime(2026, 9, 7, tzinfo=ZoneInfo("Europe/Berlin"))
"""Local midnight, so that days are whole; a part of the year without great days."""
SIZE = {"accounts": 1, "campaigns": 8, "ad_sets": 20, "ads": 48, "history_days": 30, "step_minutes": 60}
SALES, TRAFFIC = "OUTCOME_SALES", "OUTCOME_TRAFFIC"
UNSEEN = tuple(range(100, 108))
"""Seeds of the worlds that count. Tune with 1 to 20."""


@dataclass(frozen=True)
class Place:
    """One world. `options` change `WorldOptions`; `happenings` are bodies of the sandbox's control of that name.

    `goal`: "value" or "clicks".
    """

    name: str
    seed: int
    options: dict[str, Any] = field(default_factory=dict)
    happenings: tuple[dict[str, Any], ...] = ()
    goal: str = "value"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def usual(seed: int) -> Place:
    """About 20 ad sets that sell, good and bad ones."""
    return Place(f"value {seed}", seed, {"objective": SALES})


def traffic(seed: int) -> Place:
    """About 20 ad sets that are to bring visitors; a rail keeps ROAS from judging them."""
    return Place(f"traffic {seed}", seed, {"objective": TRAFFIC}, goal="clicks")


def _trouble(name: str, seed: int, happenings: tuple[dict[str, Any], ...] = (), **options: Any) -> Place:
    return Place(name, seed, {"objective": SALES, **options}, happenings)


ROBUST = (
    _trouble(
        "tracking outage",
        110,
        (
            {"kind": "tracking_outage", "in_hours": 5 * 24, "hours": 48, "strength": 1.0},
            {"kind": "tracking_outage", "in_hours": 16 * 24, "hours": 20, "strength": 1.0, "restored_after": 30},
        ),
    ),
    _trouble(
        "shock",
        111,
        (
            {"kind": "price_jump", "in_hours": 6 * 24, "hours": 60, "strength": 1.5},
            {"kind": "site_down", "in_hours": 13 * 24, "hours": 14, "strength": 1.0},
            {"kind": "promotion", "in_hours": 20 * 24, "hours": 72, "strength": 0.6},
        ),
    ),
    _trouble("all losers", 112, orders=0.1),
    _trouble("all equal", 113, alike=True),
    _trouble("tiny budgets", 114, budgets=0.04),
    _trouble("slow sales", 115, slow_sales=True),
)
"""Where a decision is easily wrong: never much worse than doing nothing."""


@dataclass(frozen=True)
class Served:
    """`world` is for the oracle and for measuring alone; the product goes by `control.url`."""

    world: World
    control: SandboxControl
    lock: threading.RLock
    goal: str = "value"

    @property
    def account(self) -> Account:
        return self.world.accounts[0]


@contextmanager
def served(place: Place) -> Iterator[Served]:
    """The world behind HTTP on a free loopback port, its clock standing at START until it is moved."""
    options = sized("small", place.seed, **{**SIZE, **place.options})
    world = create(options, START.timestamp(), frozen=True)
    app = make_app(world)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        control = SandboxControl(f"http://127.0.0.1:{server.port}")
        for body in place.happenings:
            control.call("POST", "happenings", body)
        yield Served(world, control, app.lock, place.goal)
    finally:
        server.shutdown()


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
