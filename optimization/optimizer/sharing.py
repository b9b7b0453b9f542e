"""What each budget gets, under all that limits them together. Pure.

Where money is short, what is taken from one is to go to another. So nothing is cut for a raise that nobody will
propose: a change that is too small, gains too little or is too doubtful is dropped, and the rest shared out anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimization.optimizer import allocate
from optimization.optimizer.curves import Curves
from optimization.optimizer.mix import WORTH
from optimization.optimizer.panel import Numbers
from optimization.optimizer.purses import Estate, Known, curves_of
from optimization.shares import Part

SMALLEST_STEP = 0.04
"""Of a budget; less is not worth a write."""


@dataclass(frozen=True)
class Change:
    """Of a budget to `wanted`, minor units. `gain`: (draws + 1,) a day, money at its price (`allocate.price`)."""

    one: Known
    wanted: int
    gain: Numbers

    @property
    def confidence(self) -> float:
        """Share of draws that gain."""
        return float((self.gain[:-1] > 0).mean())

    @property
    def step(self) -> int:
        return abs(self.wanted - self.one.purse.now)


def changes(known: Sequence[Known], estate: Estate, earn_back: float, draw: int, sure: float) -> list[Change]:
    """Those worth an edit. `draw`: of the curves that decides, -1 = the expectation; `sure`: least confidence."""
    curves, parts = curves_of(known, draw), _parts(known)
    while True:
        shares, price = _shares(parts, curves, earn_back, estate, _Profit(known, draw, earn_back))
        found = {
            place: Change(one, share, one.curve.gain(one.spend, share * one.rate, price))
            for place, (one, share) in enumerate(zip(known, shares, strict=True))
            if share != one.purse.now
        }
        unfit = [place for place, change in found.items() if not _fits(change, draw, sure)]
        if not unfit:
            return list(found.values())
        for place in _least(unfit, found, draw):
            parts[place] = replace(parts[place], least=parts[place].now, most=parts[place].now)


def _fits(change: Change, draw: int, sure: float) -> bool:
    worth = change.gain[draw] >= WORTH * change.step * change.one.rate
    return bool(worth and change.step >= SMALLEST_STEP * change.one.purse.now and change.confidence >= sure)


def _least(unfit: Sequence[int], found: Mapping[int, Change], draw: int) -> list[int]:
    """The half that gains least for its step: what they leave over may lift the others over the mark."""
    ranked = sorted(unfit, key=lambda place: found[place].gain[draw] / max(found[place].step, 1))
    return ranked[: (len(ranked) + 1) // 2]


def _parts(known: Sequence[Known]) -> list[Part]:
    """What is not used up does not grow."""
    return [
        Part(str(place), one.purse.now, 1.0, min(one.purse.least, one.purse.now),
             one.purse.now if one.unused else max(one.purse.most, one.purse.now))
        for place, one in enumerate(known)
    ]  # fmt: skip


def _shares(
    parts: Sequence[Part], curves: Curves, earn_back: float, estate: Estate, profit: "_Profit"
) -> tuple[list[int], float]:
    """New budgets, and what their last unit earns. What deserves its money keeps it where only the room to grow is
    short."""
    shares, price = _in_all(parts, curves, earn_back, estate.most_in_all, profit)
    room, rising = estate.room_now, [place for place, part in enumerate(parts) if shares[part.key] > part.now]
    if room is not None and rising:
        lifted = [Part(p.key, p.now, 1.0, p.now, shares[p.key]) for p in (parts[place] for place in rising)]
        shares |= allocate.free(lifted, curves.take(rising), earn_back, sum(part.now for part in lifted) + room)
    return [shares[part.key] for part in parts], price


def _in_all(
    parts: Sequence[Part], curves: Curves, earn_back: float, most: int | None, profit: "_Profit"
) -> tuple[dict[str, int], float]:
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
    known: Sequence[Known]
    draw: int
    earn_back: float

    def of(self, shares: Mapping[str, int]) -> float:
        """A day, beside what the budgets of now bring."""
        gains = (one.curve.gain(one.spend, shares[str(place)] * one.rate, self.earn_back)
                 for place, one in enumerate(self.known))  # fmt: skip
        return sum(float(gain[self.draw]) for gain in gains)
