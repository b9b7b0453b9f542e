"""How large a world is and where its accounts are."""

from dataclasses import dataclass


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


MARKETS = (
    Market("Northwind EU", "EUR", "Europe/Berlin", 47, 100, 1.0, "outdoor"),
    Market("Sakura Shop", "JPY", "Asia/Tokyo", 78, 1, 160.0, "beauty"),
    Market("Harbor & Pine", "USD", "America/New_York", 7, 100, 1.1, "home"),
)


@dataclass(frozen=True)
class WorldOptions:
    """Counts are per account. The past is simulated in hours, what follows in steps of `step_minutes`."""

    seed: int = 7
    accounts: int = 3
    campaigns: int = 20
    ad_sets: int = 80
    ads: int = 250
    history_days: int = 45
    step_minutes: int = 15

    def __post_init__(self) -> None:
        if not 1 <= self.campaigns <= self.ad_sets <= self.ads:
            raise ValueError("every campaign needs an ad set and every ad set an ad")
        if self.accounts < 1 or self.history_days < 1 or self.step_minutes not in (15, 30, 60):
            raise ValueError("accounts and history_days from 1; step_minutes 15, 30 or 60")


SIZES = {
    "demo": {"accounts": 3, "campaigns": 20, "ad_sets": 80, "ads": 250, "history_days": 45},
    "small": {"accounts": 3, "campaigns": 4, "ad_sets": 10, "ads": 24, "history_days": 32},
    "large": {"accounts": 1, "campaigns": 1000, "ad_sets": 3000, "ads": 10_000, "history_days": 31},
}


def sized(size: str, seed: int) -> WorldOptions:
    """Options of a named size: `demo`, `small` (quick tests) or `large` (benchmarks)."""
    return WorldOptions(seed=seed, **SIZES[size])


def market(index: int) -> Market:
    """The market of the account with this number; beyond the third they repeat under numbered names."""
    base = MARKETS[index % len(MARKETS)]
    if index < len(MARKETS):
        return base
    number = index // len(MARKETS) + 1
    return Market(
        f"{base.name} {number}", base.currency, base.zone, base.zone_id, base.offset, base.rate, base.vocabulary
    )
