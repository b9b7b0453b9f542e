"""The hidden truth of an account, for benchmarks and tests: through Python or the control paths, never the Graph API.

What the API shows is figures; what lies here is why they are so, and how the money would be spent best.
"""

from dataclasses import dataclass

import numpy as np

from metaads.sandbox.world import auction, delay, fatigue, learning, noise, rhythm, saturation
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.types import Floats


@dataclass(frozen=True, slots=True)
class AdTruth:
    """One ad as it is now. Rates are fractions; money in minor units; `roas` is value per unit spent at this spend."""

    ad_id: str
    ad_set_id: str
    cpm: float
    click_rate: float
    sale_rate: float
    order_value: float
    roas: float


@dataclass(frozen=True, slots=True)
class SetTruth:
    """One ad set as it is now. `usual`: minor units a day at which prices are at their base.

    `roas_at_usual`: expected value per unit spent at that spend. Value grows with spend to the power of `elasticity`.
    """

    ad_set_id: str
    usual: float
    roas_at_usual: float
    elasticity: float

    def value(self, spend: float) -> float:
        """Expected order value a day, minor units, at a daily spend in minor units."""
        if spend <= 0:
            return 0.0
        return float(self.roas_at_usual * self.usual * (spend / self.usual) ** self.elasticity)

    def roas(self, spend: float) -> float:
        """Expected value per unit at that spend."""
        return self.value(spend) / spend if spend > 0 else self.roas_at_usual


def _ordinary() -> float:
    """What a unit of money brings on average over what it would at base price and rates: it flows when prices are low,
    and logarithms that wander with variance v bring exp(v / 2) on average.
    """
    hours = range(24)
    by_hour = sum(rhythm.SHARE[hour] / rhythm.price(hour) for hour in hours)
    wandering = [step**2 / (1 - last**2) for last, step in (noise.PRICE, noise.CLICKS, noise.SALES)]
    return float(by_hour * np.exp((sum(wandering) + noise.HOUR_PRICE**2) / 2))


ORDINARY = _ordinary()
ELASTICITY = 1 - auction.PRICE_ELASTICITY - auction.QUALITY_ELASTICITY


def ads(account: Account) -> list[AdTruth]:
    """Every ad, in the account's order, tired as it is now; the auction at its base price, on an ordinary day."""
    truth, fresh = account.truth, _fresh(account)
    per_money = 1000.0 / truth.cpm * truth.click_rate * fresh * truth.sale_rate * truth.order_value * ORDINARY
    per_money *= _state(account)[[ad.ad_set for ad in account.ads]]
    return [
        AdTruth(
            ad.id, account.ad_sets[ad.ad_set].id, float(truth.cpm[i]), float(truth.click_rate[i] * fresh[i]),
            float(truth.sale_rate[i]), float(truth.order_value[i]), float(per_money[i]),
        )
        for i, ad in enumerate(account.ads)
    ]  # fmt: skip


def ad_sets(account: Account) -> list[SetTruth]:
    """Every ad set, in the account's order: its running ads in the proportions in which money flows to them."""
    roas = np.array([one.roas for one in ads(account)])
    weight = np.where([ad.status == "ACTIVE" and not ad.review for ad in account.ads], account.truth.appeal, 0.0)
    set_of = np.array([ad.ad_set for ad in account.ads])
    sums = np.bincount(set_of, weights=weight, minlength=len(account.ad_sets))
    mean = np.bincount(set_of, weights=weight * roas, minlength=len(account.ad_sets)) / np.maximum(sums, 1e-12)
    usual = np.maximum(account.truth.usual, 1.0)
    return [SetTruth(s.id, float(usual[s.index]), float(mean[s.index]), ELASTICITY) for s in account.ad_sets]


def best_split(sets: list[SetTruth], total: float, least: float = 0.0, most: float = np.inf) -> dict[str, float]:
    """How `total` minor units a day are best spread over ad sets: the next unit earns the same everywhere.

    Value is concave in spend, so one price of money fits all; it is found by halving. `least` and `most`: bounds of
    each ad set's spend. All of `total` is spent as far as `most` allows, also where it loses.
    """
    low, high = 1e-9, 1e9
    for _ in range(200):
        price = (low * high) ** 0.5
        if sum(_at_price(one, price, least, most) for one in sets) > total:
            low = price
        else:
            high = price
    return {one.ad_set_id: _at_price(one, high, least, most) for one in sets}


def best_profit(
    sets: list[SetTruth], margin: float = 1.0, least: float = 0.0, most: float = np.inf
) -> dict[str, float]:
    """Spend of each ad set at which the last unit earns `margin` times its value back: what an oracle would set."""
    return {one.ad_set_id: _at_price(one, 1.0 / margin, least, most) for one in sets}


def _at_price(one: SetTruth, price: float, least: float, most: float) -> float:
    """Daily spend at which one more unit brings `price` units of value."""
    if one.roas_at_usual <= 0:
        return least
    spend = one.usual * (one.elasticity * one.roas_at_usual / price) ** (1 / (1 - one.elasticity))
    return float(np.clip(spend, least, most))


def _fresh(account: Account) -> Floats:
    age = np.maximum(0, account.simulated_to - np.array([ad.created for ad in account.ads])) / 86_400
    return fatigue.click_factor(account.live.exposure, account.truth.wear, account.truth.drift, age)


def _state(account: Account) -> Floats:
    """Factor of each ad set's learning phase and saturation on value per unit spent."""
    live = account.live
    sales = learning.sale_factor(live.learning) * saturation.sale_factor(live.set_exposure)
    return np.asarray(sales / learning.price_factor(live.learning), dtype=np.float64)


def maturity(hours: float) -> float:
    """Part of a day's purchases (7-day click) that is reported so many hours after the click."""
    return delay.visible_share(hours)
