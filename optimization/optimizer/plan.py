"""What response curves make of an account: which ads and ad sets stop, and which budgets move. Pure.

Spend is free to grow and shrink until the last unit earns `earn_back` back, under each budget's bounds of the day,
what the account's budgets may grow by together, and what they may sum to. What gains too little is left alone: edits
cost learning and attention.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimization.optimizer import allocate
from optimization.optimizer.curves import Curves
from optimization.optimizer.mix import AD, AD_SET, CAMPAIGN, DRAWS, SURE, WORTH, Gain, Mix, Stop, grouped, summed, told
from optimization.optimizer.panel import Codes, Numbers
from optimization.optimizer.response import Levels
from optimization.shares import Part

SMALLEST_STEP = 0.04
"""Of a budget; less is not worth a write."""
STOP_BELOW = 0.3
"""What deserves less than this share of its budget, and loses, is stopped rather than cut again and again."""
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


@dataclass(frozen=True)
class Move:
    """A budget from `purse.now` to `wanted`, None = stop it. `curve`: (draws + 1,) what is believed of its value."""

    purse: Purse
    wanted: int | None
    gain: Gain
    confidence: float
    roas: float
    after: float
    spend: float
    curve: "Believed"


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
class Plan:
    stops: tuple[Stop, ...]
    moves: tuple[Move, ...]


def plan(
    levels: Levels, estate: Estate, earn_back: float, random: np.random.Generator, *, explores: bool = False
) -> Plan:
    """What to change now. `explores`: budgets follow one draw from the posterior instead of the expectation, so what is
    uncertain is tried out as often as it may be the best (Thompson, Biometrika 25, 1933)."""
    mix = Mix(levels, estate.campaign_of, estate.spend, random)
    stops = list(mix.stop_ads())
    shared = np.zeros(int(estate.campaign_of.max(initial=-1)) + 1, dtype=bool)
    shared[[purse.place for purse in estate.purses if purse.level == CAMPAIGN]] = True
    stops += mix.stop_sets(shared)
    draw = int(random.integers(DRAWS)) if explores else -1
    moves = tuple(_moves(mix, estate, earn_back, draw))
    return Plan(tuple(_alone(stops, moves, levels, estate)), moves)


def _alone(stops: Sequence[Stop], moves: Sequence[Move], levels: Levels, estate: Estate) -> Iterator[Stop]:
    """Without those that stop with what they belong to."""
    gone = {(move.purse.level, move.purse.place) for move in moves if move.wanted is None}
    gone |= {(stop.level, stop.place) for stop in stops if stop.level == AD_SET}
    for stop in stops:
        ad_set = int(levels.set_of[stop.place]) if stop.level == AD else stop.place
        above = {(CAMPAIGN, int(estate.campaign_of[ad_set]))} | ({(AD_SET, ad_set)} if stop.level == AD else set())
        if gone.isdisjoint(above):
            yield stop


@dataclass(frozen=True)
class _Known:
    """A purse whose curve is known: `spend` a day at the budget of now."""

    purse: Purse
    curve: Believed
    spend: float
    unused: bool

    @property
    def rate(self) -> float:
        """Spend per unit of budget."""
        return self.spend / self.purse.now


def _moves(mix: Mix, estate: Estate, earn_back: float, draw: int) -> Iterator[Move]:
    staying: list[_Known] = []
    for one in _known(mix, estate):
        loss = one.curve.gain(one.spend, 0.0, earn_back)
        if _goal(one, earn_back) < STOP_BELOW * one.purse.now and loss[-1] > 0 and (loss[:-1] > 0).mean() >= SURE:
            yield _move(one, None, 0.0, loss)
        else:
            staying.append(one)
    if not staying:
        return
    curves = _curves(staying, draw)
    parts = _parts(staying)
    price = allocate.price(parts, curves, earn_back, estate.most_in_all)
    shares = _shares(parts, curves, earn_back, estate)
    for one, wanted in zip(staying, shares, strict=True):
        step = abs(wanted - one.purse.now)
        gain = one.curve.gain(one.spend, wanted * one.rate, price)
        if step >= SMALLEST_STEP * one.purse.now and gain[draw] >= WORTH * step * one.rate:
            yield _move(one, wanted, wanted * one.rate, gain)


def _known(mix: Mix, estate: Estate) -> Iterator[_Known]:
    """A budget is spent in full, unless it was not even nearly so lately."""
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
        yield _Known(purse, curve, lately if unused else float(purse.now), unused)


def _goal(one: _Known, earn_back: float) -> float:
    """Budget at which its last unit is expected to earn `earn_back`."""
    return float(_curves([one], -1).at_marginal(earn_back)[0])


def _curves(known: Sequence[_Known], draw: int) -> Curves:
    """By budget instead of spend. An unused part of a budget costs nothing, so the returns are the same."""
    anchor = np.array([one.curve.anchor for one in known])
    level = np.array([one.curve.worth[draw] for one in known]) / anchor
    rate = np.array([one.rate for one in known])
    return Curves(level, anchor / rate, float(known[0].curve.power[draw]))


def _parts(known: Sequence[_Known]) -> list[Part]:
    """What is not used up does not grow."""
    return [
        Part(str(place), one.purse.now, 1.0, min(one.purse.least, one.purse.now),
             one.purse.now if one.unused else max(one.purse.most, one.purse.now))
        for place, one in enumerate(known)
    ]  # fmt: skip


def _shares(parts: Sequence[Part], curves: Curves, earn_back: float, estate: Estate) -> list[int]:
    """New budgets. What deserves its money keeps it where only today's room to grow is short."""
    shares, room = allocate.free(parts, curves, earn_back, estate.most_in_all), estate.room
    rising = [place for place, part in enumerate(parts) if shares[part.key] > part.now]
    if room is not None and rising:
        lifted = [Part(p.key, p.now, 1.0, p.now, shares[p.key]) for p in (parts[place] for place in rising)]
        most = sum(part.now for part in lifted) + max(room, 0)
        shares |= allocate.free(lifted, curves.take(rising), earn_back, most)
    return [shares[part.key] for part in parts]


def _move(one: _Known, wanted: int | None, after: float, gain: Numbers) -> Move:
    interval, sure = told(gain)
    roas = float(one.curve.value(one.spend)[-1]) / one.spend
    then = float(one.curve.value(after)[-1]) / after if after > 0 else 0.0
    return Move(one.purse, wanted, interval, sure, roas, then, one.spend, one.curve)
