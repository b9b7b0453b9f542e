"""One ad account of the world: its objects, the hidden truth about them, and what has happened so far."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from metaads.sandbox.world.activity import Activity
from metaads.sandbox.world.columns import HOURLY, WIDTH
from metaads.sandbox.world.conditions import Happening
from metaads.sandbox.world.health import Health
from metaads.sandbox.world.native_rules import NativeRule
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import Market
from metaads.sandbox.world.standard_events import Event
from metaads.sandbox.world.types import Bools, Floats, Ints

# Columns with a number for each ad, and for each ad set: they grow when such objects are created.
PER_AD = {"per": "ad"}
PER_SET = {"per": "ad set"}


@dataclass(slots=True)
class Truth:
    """Hidden quality, never shown by the API. Per ad: CPM and order value in minor units, rates of the step before.

    Per ad set: people in the audience, usual daily spend and bid in minor units, part of the budget it can spend,
    pull; and the levels round which its ads lie: CPM, click rate, conversion rate, order value.
    """

    cpm: Floats = field(metadata=PER_AD)
    click_rate: Floats = field(metadata=PER_AD)
    other_clicks: Floats = field(metadata=PER_AD)
    sale_rate: Floats = field(metadata=PER_AD)
    lead_rate: Floats = field(metadata=PER_AD)
    order_value: Floats = field(metadata=PER_AD)
    wear: Floats = field(metadata=PER_AD)
    drift: Floats = field(metadata=PER_AD)
    appeal: Floats = field(metadata=PER_AD)
    views: Floats = field(metadata=PER_AD)
    thruplays: Floats = field(metadata=PER_AD)
    audience: Floats = field(metadata=PER_SET)
    usual: Floats = field(metadata=PER_SET)
    usual_bid: Floats = field(metadata=PER_SET)
    use: Floats = field(metadata=PER_SET)
    pull: Floats = field(metadata=PER_SET)
    set_cpm: Floats = field(metadata=PER_SET)
    set_clicks: Floats = field(metadata=PER_SET)
    set_sales: Floats = field(metadata=PER_SET)
    set_value: Floats = field(metadata=PER_SET)


@dataclass(slots=True)
class Live:
    """State that each step carries on. Wanderings are logs; `carry` is spend below one minor unit.

    `expected`: order value in minor units that the clicks so far were worth on average, whatever luck made of them.
    """

    exposure: Floats = field(metadata=PER_AD)
    click_log: Floats = field(metadata=PER_AD)
    carry: Floats = field(metadata=PER_AD)
    set_exposure: Floats = field(metadata=PER_SET)
    volume_log: Floats = field(metadata=PER_SET)
    price_log: Floats = field(metadata=PER_SET)
    sale_log: Floats = field(metadata=PER_SET)
    spent_today: Floats = field(metadata=PER_SET)
    spent_ever: Floats = field(metadata=PER_SET)
    learning: Ints = field(metadata=PER_SET)
    results: Floats = field(metadata=PER_SET)
    since: Ints = field(metadata=PER_SET)
    expected: Floats = field(default_factory=lambda: np.zeros(0), metadata=PER_AD)

    def __post_init__(self) -> None:
        if not len(self.expected):  # a state that was kept before this was counted
            self.expected = np.zeros(len(self.exposure))


@dataclass(slots=True)
class Pending:
    """Purchases that are not reported yet, one per entry. `due` in Unix seconds, `value` in minor units.

    `window`: class of `delay`, the narrowest attribution window that counts it.
    """

    due: Floats
    day: Ints
    ad: Ints
    value: Ints
    window: Ints

    @staticmethod
    def none() -> "Pending":
        empty = np.zeros(0, dtype=np.int64)
        return Pending(np.zeros(0), empty, empty, empty, empty)


@dataclass(slots=True)
class Settings:
    """What people have set, as columns; derived from the objects and made anew after each edit.

    `crowd`: per ad set the one whose people it shares; `ceiling` and `floor`: minor units a day inside a campaign
    budget; `cap`: per campaign, minor units over its life.
    """

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
    crowd: Ints
    ceiling: Floats
    floor: Floats
    cap: Floats


@dataclass(slots=True)
class Account:
    """`simulated_to`: end of the last step. `daily`: (days, ads, metrics), first row `first_day`.

    `events`: what the pixel heard, (hours, kinds of event), see pixel_events. `tables` keeps sums for readers; they
    hold until the next step. `rooms`: larger arrays of which `daily` and `hourly` are a part. `in_review`: ads whose
    review has not ended.
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
    activities: list[Activity] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    rules: list[NativeRule] = field(default_factory=list)
    health: Health = field(default_factory=Health)
    events: Ints = field(default_factory=lambda: np.zeros((0, len(Event)), dtype=np.int64))
    settings: Settings | None = None
    tables: dict[object, Any] = field(default_factory=dict)
    zone: ZoneInfo = field(init=False)
    rooms: dict[str, Ints] = field(init=False, default_factory=dict)
    in_review: list[int] = field(init=False)
    creative_at: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.market.zone)
        self.in_review = [ad.index for ad in self.ads if ad.review_until > self.simulated_to]
        self.creative_at = {creative.id: creative.index for creative in self.creatives}

    def creative_of(self, ad: Ad) -> Creative:
        """What the ad shows."""
        return self.creatives[self.creative_at[ad.creative]]

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
