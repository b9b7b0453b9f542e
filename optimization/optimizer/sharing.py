"""What each budget gets, under all that limits them together. Pure.

Where money is short, what is taken from one is to go to another. So nothing is cut for a raise that nobody will
propose: a change that is too small, gains too little or is too doubtful is dropped, and the rest shared out anew. Only
then are raises cut down to the room that there is today.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from optimization.optimizer import allocate
from optimization.optimizer.curves import Curves
from optimization.optimizer.mix import WORTH
from optimization.optimizer.panel import Numbers
from optimization.optimizer.purses import Known, curves_of
from optimization.shares import Part

SMALLEST_STEP = 0.04
"""Of a budget; less is not worth a write."""
Shares = dict[str, int]
Found = dict[str, "Change"]


@dataclass(frozen=True)
class Change:
    """Of a budget to `wanted`, minor units. `price`: what each unit spent must bring (`allocate.price`); `gain`:
    (draws + 1,) a day, value less the price of what is spent."""

    one: Known
    wanted: int
    price: float

    @property
    def gain(self) -> Numbers:
        return self.one.curve.gain(self.one.spend, self.one.spent(self.wanted), self.price)

    @property
    def step(self) -> int:
        return abs(self.wanted - self.one.purse.now)


@dataclass(frozen=True)
class Taste:
    """Which changes are worth an edit. `draw`: of the curves that decides, -1 = the expectation; `sure`: least
    confidence, the share of draws that gain."""

    draw: int
    sure: float

    def value(self, change: Change) -> float:
        return float(change.gain[self.draw])

    def fits(self, change: Change) -> bool:
        gain, one = change.gain, change.one
        worth = gain[self.draw] >= WORTH * abs(one.spent(change.wanted) - one.spend) and gain[self.draw] > 0
        sure = (gain[:-1] > 0).mean() >= self.sure
        return bool(worth and sure and change.step >= SMALLEST_STEP * one.purse.now)


@dataclass(frozen=True)
class Together:
    """`most`: what all budgets that take part may sum to; `room`: by how much they may grow now. None = no limit."""

    most: int | None
    room: int | None


def changes(known: Sequence[Known], together: Together, earn_back: float, taste: Taste) -> list[Change]:
    """Those worth an edit."""
    curves, named = curves_of(known, taste.draw), {str(place): one for place, one in enumerate(known)}
    profit = _Profit(named, taste.draw, earn_back)

    def in_all(parts: Sequence[Part]) -> tuple[Shares, float]:
        return _in_all(parts, curves, earn_back, together.most, profit)

    wished, price = _settled(_parts(named), in_all, named, taste)
    room = together.room
    rising = [Part(key, one.one.purse.now, 1.0, one.one.purse.now, one.wanted) for key, one in wished.items()
              if one.wanted > one.one.purse.now]  # fmt: skip
    if room is None or sum(part.most - part.now for part in rising) <= room:
        return list(wished.values())
    beside = curves.take([int(part.key) for part in rising])

    def in_room(parts: Sequence[Part]) -> tuple[Shares, float]:
        return allocate.free(parts, beside, earn_back, sum(part.now for part in parts) + room), price

    raised, _ = _settled(rising, in_room, named, taste)
    return [one for one in wished.values() if one.wanted < one.one.purse.now] + list(raised.values())


def _settled(
    parts: Sequence[Part],
    share: Callable[[Sequence[Part]], tuple[Shares, float]],
    named: Mapping[str, Known],
    taste: Taste,
) -> tuple[Found, float]:
    """Changes that all fit, and the price: of those that do not, the half that gains least for its step stays as it is,
    for what they leave over may lift the others over the mark; until all fit."""
    left = list(parts)
    while True:
        shares, price = share(left)
        found = {part.key: Change(named[part.key], shares[part.key], price) for part in left
                 if shares[part.key] != part.now}  # fmt: skip
        unfit = [key for key, change in found.items() if not taste.fits(change)]
        if not unfit:
            return found, price
        ranked = sorted(unfit, key=lambda key: taste.value(found[key]) / max(found[key].step, 1))
        dropped = frozenset(ranked[: (len(ranked) + 1) // 2])
        left = [replace(part, least=part.now, most=part.now) if part.key in dropped else part for part in left]


def _parts(named: Mapping[str, Known]) -> list[Part]:
    """What is not used up does not grow."""
    return [
        Part(key, one.purse.now, 1.0, min(one.purse.least, one.purse.now),
             one.purse.now if one.unused else max(one.purse.most, one.purse.now))
        for key, one in named.items()
    ]  # fmt: skip


def _in_all(
    parts: Sequence[Part], curves: Curves, earn_back: float, most: int | None, profit: "_Profit"
) -> tuple[Shares, float]:
    """Budgets that sum to `most` at most, and the price of money. A cap that is exceeded already asks nobody to cut
    what earns its money: then only raises must wait, unless moving money gains even so."""
    wished = allocate.free(parts, curves, earn_back)
    if most is None or sum(wished.values()) <= most:
        return wished, earn_back
    within = allocate.free(parts, curves, earn_back, most)
    lowered = {part.key: min(wished[part.key], part.now) for part in parts}
    if sum(lowered.values()) > most and profit.of(lowered) >= profit.of(within):
        return lowered, earn_back
    return within, allocate.price(parts, curves, earn_back, most)


@dataclass(frozen=True)
class _Profit:
    named: Mapping[str, Known]
    draw: int
    earn_back: float

    def of(self, shares: Mapping[str, int]) -> float:
        """A day, beside what the budgets of now bring."""
        gains = (one.curve.gain(one.spend, one.spent(shares[key]), self.earn_back) for key, one in self.named.items())
        return sum(float(gain[self.draw]) for gain in gains)
