"""What response curves make of an account: which ads and ad sets stop, and which budgets move. Pure.

Spend is free to grow and shrink until the last unit earns `earn_back` back, under each budget's bounds of the day,
what the account's budgets may grow by together, and what they may sum to. What gains too little is left alone: edits
cost learning and attention.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimization.optimizer.mix import AD, AD_SET, CAMPAIGN, DRAWS, SURE, Gain, Mix, Stop, told
from optimization.optimizer.panel import Numbers
from optimization.optimizer.purses import Believed, Estate, Known, Purse, goal, known_purses
from optimization.optimizer.response import Levels
from optimization.optimizer.sharing import Taste, Together, changes

STOP_BELOW = 0.3
"""What deserves less than this share of its budget, and loses, is stopped rather than cut again and again."""


@dataclass(frozen=True)
class Move:
    """A budget from `purse.now` to `wanted`, None = stop it; `roas` becomes `after`, `spend` `planned`.

    `curve`: (draws + 1,) what is believed of its value. `price`: what each unit spent must bring; `short`: that is more
    than it must earn back, because the account's budgets are at their limit.
    """

    purse: Purse
    wanted: int | None
    gain: Gain
    confidence: float
    roas: float
    after: float
    spend: float
    planned: float
    curve: Believed
    price: float
    short: bool


@dataclass(frozen=True)
class Plan:
    stops: tuple[Stop, ...]
    moves: tuple[Move, ...]


def plan(
    levels: Levels,
    estate: Estate,
    earn_back: float,
    random: np.random.Generator,
    *,
    explores: bool = False,
    sure: float = 0.0,
) -> Plan:
    """What to change now. `sure`: least confidence of a changed budget.

    `explores`: budgets follow one draw from the posterior instead of the expectation, so what is uncertain is tried out
    as often as it may be the best (Thompson, Biometrika 25, 1933).
    """
    mix = Mix(levels, estate.campaign_of, estate.spend, random)
    stops = list(mix.stop_ads())
    shared = np.zeros(int(estate.campaign_of.max(initial=-1)) + 1, dtype=bool)
    shared[[purse.place for purse in estate.purses if purse.level == CAMPAIGN]] = True
    stops += mix.stop_sets(shared)
    taste = Taste(int(random.integers(DRAWS)) if explores else -1, sure)
    moves = tuple(_moves(mix, estate, earn_back, taste))
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


def _moves(mix: Mix, estate: Estate, earn_back: float, taste: Taste) -> Iterator[Move]:
    known, staying = list(known_purses(mix, estate)), list[Known]()
    for one in known:
        loss = one.curve.gain(one.spend, 0.0, earn_back)
        if goal(one, earn_back) < STOP_BELOW * one.spend and loss[-1] > 0 and (loss[:-1] > 0).mean() >= SURE:
            yield _move(one, None, 0.0, loss, earn_back, earn_back)
        else:
            staying.append(one)
    for change in changes(staying, _together(estate, known), earn_back, taste) if staying else ():
        after = change.one.spent(change.wanted)
        yield _move(change.one, change.wanted, after, change.gain, change.price, earn_back)


def _together(estate: Estate, known: Sequence[Known]) -> Together:
    """Purses that spend nothing hold their part of the account's cap all the same; those that stop give theirs back."""
    idle = sum(purse.now for purse in estate.purses) - sum(one.purse.now for one in known)
    return Together(None if estate.most_in_all is None else estate.most_in_all - idle, estate.room_now)


def _move(one: Known, wanted: int | None, after: float, gain: Numbers, price: float, earn_back: float) -> Move:
    interval, sure = told(gain)
    roas = float(one.curve.value(one.spend)[-1]) / one.spend
    then = float(one.curve.value(after)[-1]) / after if after > 0 else 0.0
    short = price > earn_back
    return Move(one.purse, wanted, interval, sure, roas, then, one.spend, after, one.curve, price, short)
