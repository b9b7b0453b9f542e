"""How large a world is and where its accounts are."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Market:
    """One advertiser's home. `offset`: minor units in a major one; `rate`: major units that buy what one euro buys."""

    name: str
    currency: str
    zone: str
    zone_id: int
    offset: int
    rate: float
    vocabulary: str
    whole_hours: bool = True


# The first three are the demo's. Offsets are Meta's, not ISO's: HUF and IDR have no decimals there, BHD has two of its
# three (reference 2.1). Zones with and without daylight saving, on both halves of the globe, one half an hour off.
MARKETS = (
    Market("Northwind EU", "EUR", "Europe/Berlin", 47, 100, 1.0, "outdoor"),
    Market("Sakura Shop", "JPY", "Asia/Tokyo", 78, 1, 160.0, "beauty"),
    Market("Harbor & Pine", "USD", "America/New_York", 7, 100, 1.1, "home"),
    Market("Duna Bolt", "HUF", "Europe/Budapest", 65, 1, 395.0, "outdoor"),
    Market("Pearl House", "BHD", "Asia/Bahrain", 20, 100, 0.41, "beauty"),
    Market("Fleet & Lane", "GBP", "Europe/London", 58, 100, 0.86, "home"),
    Market("Southern Cross", "AUD", "Australia/Sydney", 15, 100, 1.65, "outdoor"),
    Market("Casa Verde", "BRL", "America/Sao_Paulo", 25, 100, 5.9, "home"),
    Market("Lotus Bazaar", "INR", "Asia/Kolkata", 71, 100, 92.0, "beauty", whole_hours=False),
    Market("Nusa Outdoor", "IDR", "Asia/Jakarta", 66, 1, 17_500.0, "outdoor"),
)


@dataclass(frozen=True)
class WorldOptions:
    """Counts are per account. The past is simulated in hours, what follows in steps of `step_minutes`.

    Happenings are the expected number in 30 days for each account (`meta_outages`: for all together); `human_edits`
    the changes that people make by hand in an account on a working day, `native_rules` whether the rules that they left
    behind act (rules made through the API always do). `story`: the demo's past. `lazy`: an account is only simulated
    once somebody asks for it. `objective`: the same for every campaign, "" = mixed. `orders`, `budgets`: factors
    on what an order is worth, and on every budget. `alike`: nothing is better than anything else. `slow_sales`: most
    purchases come days after the click. `order_spread`: standard deviation of the logarithm of an order's value.
    """

    seed: int = 7
    accounts: int = 3
    campaigns: int = 20
    ad_sets: int = 80
    ads: int = 250
    history_days: int = 45
    step_minutes: int = 15
    seasonality: bool = True
    corrections: bool = True
    promotions: float = 0.0
    price_jumps: float = 0.0
    site_downs: float = 0.0
    meta_outages: float = 0.0
    tracking_outages: float = 0.0
    human_edits: float = 0.0
    native_rules: bool = False
    order_spread: float = 0.45
    story: bool = False
    lazy: bool = False
    objective: str = ""
    orders: float = 1.0
    budgets: float = 1.0
    alike: bool = False
    slow_sales: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.campaigns <= self.ad_sets <= self.ads:
            raise ValueError("every campaign needs an ad set and every ad set an ad")
        if self.accounts < 1 or self.history_days < 1 or self.step_minutes not in (15, 30, 60):
            raise ValueError("accounts and history_days from 1; step_minutes 15, 30 or 60")
        if min(*self._rates, self.human_edits) < 0:
            raise ValueError("nothing happens less often than never")
        if self.order_spread < 0:
            raise ValueError("order_spread from 0")

    @property
    def _rates(self) -> tuple[float, ...]:
        return self.promotions, self.price_jumps, self.site_downs, self.meta_outages, self.tracking_outages

    @property
    def restless(self) -> bool:
        """Whether anything is drawn by chance at all."""
        return any(self._rates)


SIZES: dict[str, dict[str, Any]] = {
    "demo": {
        "accounts": 3,
        "campaigns": 20,
        "ad_sets": 80,
        "ads": 250,
        "history_days": 45,
        "story": True,
        "human_edits": 1.0,
        "native_rules": True,
    },
    "small": {"accounts": 3, "campaigns": 4, "ad_sets": 10, "ads": 24, "history_days": 32},
    "large": {"accounts": 1, "campaigns": 1000, "ad_sets": 4000, "ads": 10_000, "history_days": 31},
    "giant": {"accounts": 1, "campaigns": 10_000, "ad_sets": 40_000, "ads": 100_000, "history_days": 1},
    "fleet": {"accounts": 200, "campaigns": 5, "ad_sets": 10, "ads": 20, "history_days": 8, "lazy": True},
    "crowd": {"accounts": 2000, "campaigns": 5, "ad_sets": 10, "ads": 20, "history_days": 2, "lazy": True},
}


def sized(size: str, seed: int, **changed: Any) -> WorldOptions:
    """Options of a named size, with some of them changed.

    `demo`, `small` (quick tests), `large` and `giant` (one account of 10,000 and 100,000 ads), `fleet` and `crowd` (200
    and 2,000 small accounts that are only simulated once asked for).
    """
    return WorldOptions(seed=seed, **{**SIZES[size], **changed})


def market(index: int) -> Market:
    """The market of the account with this number; beyond the last they repeat under numbered names."""
    base = MARKETS[index % len(MARKETS)]
    if index < len(MARKETS):
        return base
    number = index // len(MARKETS) + 1
    return replace(base, name=f"{base.name} {number}")
