"""Daily budgets as the planner sees them: their bounds today, and what is believed of the value they bring. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimization.optimizer.curves import Curves
from optimization.optimizer.mix import CAMPAIGN, Mix, grouped, summed
from optimization.optimizer.panel import Codes, Numbers

UNUSED = 0.6
"""What spends less than this share of its budget has no use for more."""


@dataclass(frozen=True)
class Purse:
    """A daily budget and its bounds today, in whole minor units. `place`: number of its campaign or ad set."""

    level: str
    place: int
    now: int
    least: int
    most: int


@dataclass(frozen=True)
class Estate:
    """What may be changed. `spend`: (ads,) minor units a day lately, 0 of what does not run; `campaign_of`: of ad sets.

    `room`: by how much budgets may grow today, net; `most_in_all`: what they may sum to. None = no limit.
    """

    spend: Numbers
    campaign_of: Codes
    purses: tuple[Purse, ...]
    room: int | None = None
    most_in_all: int | None = None

    @property
    def room_now(self) -> int | None:
        """By how much budgets may grow now: what is cut makes room once Meta has confirmed it, not before."""
        held = sum(purse.now for purse in self.purses)
        rooms = [self.room, None if self.most_in_all is None else self.most_in_all - held]
        return min((max(room, 0) for room in rooms if room is not None), default=None)


@dataclass(frozen=True)
class Believed:
    """Draws of one purse's curve, value = worth x (spend / anchor)^power; the last of each is the expectation."""

    worth: Numbers
    anchor: float
    power: Numbers

    def value(self, spend: float) -> Numbers:
        """(draws + 1,) value a day at that spend."""
        found: Numbers = self.worth * (max(spend, 0.0) / self.anchor) ** self.power
        return found

    def gain(self, before: float, after: float, earn_back: float) -> Numbers:
        """(draws + 1,) profit a day that the change of spend adds, a unit of money costing `earn_back`."""
        return self.value(after) - self.value(before) - earn_back * (after - before)


@dataclass(frozen=True)
class Known:
    """A purse whose curve is known: `spend` a day at the budget of now; `unused`: its budget does not bind."""

    purse: Purse
    curve: Believed
    spend: float
    unused: bool

    def spent(self, budget: float) -> float:
        """What it spends a day at that budget."""
        return min(self.spend, budget) if self.unused else budget


def known_purses(mix: Mix, estate: Estate) -> Iterator[Known]:
    """A budget is spent in full, unless it was not even nearly so lately. Purses that spent nothing are left out."""
    value, money = mix.set_values(), mix.set_money
    campaigns = int(estate.campaign_of.max(initial=-1)) + 1
    by_campaign = grouped(value, estate.campaign_of, campaigns), summed(money, estate.campaign_of, campaigns)
    for purse in estate.purses:
        worth, spent = by_campaign if purse.level == CAMPAIGN else (value, money)
        lately = float(spent[purse.place])
        if lately <= 0 or purse.now <= 0:
            continue
        unused = lately < UNUSED * purse.now
        curve = Believed(worth[:, purse.place], lately, mix.power[:, 0])
        yield Known(purse, curve, lately if unused else float(purse.now), unused)


def curves_of(known: Sequence[Known], draw: int) -> Curves:
    """Of value by spend."""
    anchor = np.array([one.curve.anchor for one in known])
    level = np.array([one.curve.worth[draw] for one in known]) / anchor
    return Curves(level, anchor, float(known[0].curve.power[draw]))


def goal(one: Known, earn_back: float) -> float:
    """Spend at which its last unit is expected to earn `earn_back`."""
    return float(curves_of([one], -1).at_marginal(earn_back)[0])
