"""What an ad account would earn, by its hidden truth: budgets and who is on in, expected profit a day out.

A *purse* is whatever holds a daily budget: an ad set of its own (ABO) or a campaign (CBO) with the ad sets below it.
Money flows as in `world/auction.py`: to ad sets by their pull, to ads by their appeal; value grows with an ad set's
spend to the power `truth.ELASTICITY`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from metaads.sandbox import truth
from metaads.sandbox.world import happenings, learning, settings
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.types import Floats

MIDDLING = 1.5
LARGEST = 20.0
"""Times its usual spend up to which the auction gets dearer (`auction.price_factor`)."""


@dataclass(frozen=True)
class OneAd:
    """`worth`: value per unit spent at its ad set's usual spend."""

    id: str
    appeal: float
    worth: float


@dataclass(frozen=True)
class OneSet:
    """An ad set that can deliver. Minor units a day."""

    id: str
    usual: float
    pull: float
    use: float
    sale_rate_day: float
    learning: bool
    ads: tuple[OneAd, ...]

    @property
    def worth(self) -> float:
        """Value per unit spent at its usual spend, the money among its ads as it flows."""
        weight = sum(ad.appeal for ad in self.ads)
        return sum(ad.appeal * ad.worth for ad in self.ads) / weight if weight else 0.0

    def value(self, spend: float) -> float:
        """A day's, at that spend."""
        if spend <= 0:
            return 0.0
        ratio = spend / self.usual
        power: float = min(ratio, LARGEST) ** (truth.ELASTICITY - 1)
        return self.worth * spend * power


@dataclass(frozen=True)
class Purse:
    """`level`: "adset" or "campaign"."""

    level: str
    id: str
    campaign_id: str
    budget: int
    sets: tuple[OneSet, ...]

    def spends(self, budget: float) -> list[float]:
        """What flows to each ad set."""
        pulls = sum(one.pull for one in self.sets)
        return [budget * one.pull / pulls * one.use for one in self.sets]

    def day(self, budget: float, factor: float = 1.0, price: float = 1.0) -> float:
        """Expected profit of a day at that budget. `factor` on value, `price` of a unit of money."""
        spends = self.spends(budget)
        return sum(factor * one.value(s) - price * s for one, s in zip(self.sets, spends, strict=True))

    def best(self, price: float = 1.0) -> float:
        """The budget at which the day earns most."""
        grid = np.geomspace(self.budget / 200, self.budget * 60, 120)
        days = [self.day(float(one), price=price) for one in grid]
        return float(grid[int(np.argmax(days))])

    def without(self, ids: Iterable[str]) -> "Purse":
        """The same with these ads and ad sets off."""
        off = set(ids)
        kept = [
            replace(one, ads=tuple(ad for ad in one.ads if ad.id not in off)) for one in self.sets if one.id not in off
        ]
        return replace(self, sets=tuple(one for one in kept if one.ads))


def purses(account: Account, options: WorldOptions, goal: str = "value") -> list[Purse]:
    """Every purse with a daily budget and at least one ad that delivers, as things are now.

    `goal` "clicks": a click is worth so much that the average ad just earns what a middling seller does.
    """
    columns = settings.compiled(account)
    now = account.simulated_to
    around = happenings.around(account, options, now, account.local(now))
    mood = around.clicks * around.sales * around.order / around.price
    worth = np.array([one.roas for one in truth.ads(account)]) * mood
    worth /= _of_learning(account)[columns.ad_set_of]
    if goal == "clicks":
        clicks = np.array([one.click_rate / one.cpm for one in truth.ads(account)])
        worth = MIDDLING * clicks / clicks[columns.ad_on].mean()
    sets: dict[int, list[OneSet]] = {}
    for one in account.ad_sets:
        if one.start > now or (one.end or settings.FOREVER) <= now:
            continue
        mine = np.flatnonzero((columns.ad_set_of == one.index) & columns.ad_on & (columns.born <= now))
        if len(mine):
            ads = tuple(OneAd(account.ads[i].id, float(account.truth.appeal[i]), float(worth[i])) for i in mine)
            sets.setdefault(one.campaign, []).append(_set(account, one.index, ads))
    return [purse for campaign, members in sets.items() for purse in _of_campaign(account, campaign, members)]


def _set(account: Account, index: int, ads: tuple[OneAd, ...]) -> OneSet:
    hidden = account.truth
    here = np.array([ad.ad_set == index for ad in account.ads])
    rate = float((hidden.click_rate * hidden.sale_rate / hidden.cpm)[here].mean() * 1000 * hidden.usual[index])
    state = int(account.live.learning[index])
    return OneSet(
        account.ad_sets[index].id, max(float(hidden.usual[index]), 1.0), float(hidden.pull[index]),
        float(hidden.use[index]), rate, state == learning.LEARNING, ads,
    )  # fmt: skip


def _of_campaign(account: Account, index: int, members: list[OneSet]) -> list[Purse]:
    campaign = account.campaigns[index]
    if campaign.daily_budget:
        return [Purse("campaign", campaign.id, campaign.id, campaign.daily_budget, tuple(members))]
    budgets = {one.id: one.daily_budget for one in account.ad_sets}
    return [
        Purse("adset", one.id, campaign.id, budget, (replace(one, pull=1.0),))
        for one in members
        if (budget := budgets[one.id])
    ]


def _of_learning(account: Account) -> Floats:
    """Its share in `truth.ads`, that a planner looks beyond: learning ends."""
    state = account.live.learning
    return np.asarray(learning.sale_factor(state) / learning.price_factor(state), dtype=np.float64)
