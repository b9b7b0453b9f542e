"""One ad account of the world: its objects, the hidden truth about them, and what has happened so far."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from metaads.sandbox.world.columns import HOURLY, WIDTH
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import Market
from metaads.sandbox.world.types import Bools, Floats, Ints


@dataclass(slots=True)
class Truth:
    """Hidden quality, never shown by the API. Per ad: CPM and order value in minor units, rates of the step before.

    Per ad set: people in the audience, usual daily spend and bid in minor units, part of the budget it can spend, pull.
    """

    cpm: Floats
    click_rate: Floats
    other_clicks: Floats
    sale_rate: Floats
    lead_rate: Floats
    order_value: Floats
    wear: Floats
    drift: Floats
    appeal: Floats
    views: Floats
    thruplays: Floats
    audience: Floats
    usual: Floats
    usual_bid: Floats
    use: Floats
    pull: Floats


@dataclass(slots=True)
class Live:
    """State that each step carries on. Wanderings are logs; `carry` is spend below one minor unit."""

    exposure: Floats
    click_log: Floats
    carry: Floats
    set_exposure: Floats
    volume_log: Floats
    price_log: Floats
    sale_log: Floats
    spent_today: Floats
    spent_ever: Floats
    learning: Ints
    results: Floats
    since: Ints


@dataclass(slots=True)
class Pending:
    """Purchases that are not reported yet, one per entry. `due` in Unix seconds, `value` in minor units."""

    due: Floats
    day: Ints
    ad: Ints
    value: Ints

    @staticmethod
    def none() -> "Pending":
        empty = np.zeros(0, dtype=np.int64)
        return Pending(np.zeros(0), empty, empty, empty)


@dataclass(slots=True)
class Settings:
    """What people have set, as columns; derived from the objects and made anew after each edit."""

    ad_set_of: Ints
    campaign_of: Ints
    ad_on: Bools
    start: Ints
    end: Ints
    own: Floats
    own_lifetime: Floats
    shared: Floats
    bid: Floats
    born: Ints
    goal: Ints


@dataclass(slots=True)
class Account:
    """`simulated_to`: end of the last step. `daily`: (days, ads, metrics), first row `first_day`.

    `tables` keeps sums for readers; they hold until the next step.
    """

    number: int
    id: str
    market: Market
    pixel: str
    created: int
    first_day: int
    simulated_to: int
    campaigns: list[Campaign]
    ad_sets: list[AdSet]
    ads: list[Ad]
    creatives: list[Creative]
    truth: Truth
    live: Live
    pending: Pending
    daily: Ints
    hourly: Ints
    days: int = 0
    settings: Settings | None = None
    tables: dict[object, Any] = field(default_factory=dict)
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.market.zone)

    def local(self, seconds: int) -> datetime:
        """That moment on the account's clock."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)

    def row_of(self, day_ordinal: int) -> int:
        """Row of `daily` for a day; rows are added as days begin, doubling the room."""
        row = day_ordinal - self.first_day
        if row >= len(self.daily):
            room = max(row + 1, 2 * len(self.daily))
            self.daily = _grown(self.daily, room)
            self.hourly = _grown(self.hourly, room)
        self.days = max(self.days, row + 1)
        return row


def empty_daily(days: int, ads: int) -> Ints:
    """Room for that many days: (days, ads, metrics)."""
    return np.zeros((days, ads, WIDTH), dtype=np.int64)


def empty_hourly(days: int, campaigns: int) -> Ints:
    """Room for the hourly breakdown, by campaign: (days, 24, campaigns, metrics of HOURLY)."""
    return np.zeros((days, 24, campaigns, len(HOURLY)), dtype=np.int64)


def _grown(array: Ints, rows: int) -> Ints:
    larger = np.zeros((rows, *array.shape[1:]), dtype=array.dtype)
    larger[: len(array)] = array
    return larger
