"""How much money each gets: until its next unit earns as much as everywhere else. Pure, exact to the minor unit.

Value is concave in spend, so the best split gives the next unit the same return everywhere that no bound stops it
(Boyd and Vandenberghe, Convex Optimization, 5.5.3: water filling). That return, the price of money, is found by
halving. With a fixed total it is what makes the shares add up; with free spend it is what a unit must earn back.
"""

import hashlib
from collections.abc import Sequence
from datetime import date

import numpy as np

from optimization.optimizer.curves import Curves
from optimization.optimizer.panel import Numbers
from optimization.shares import NoSplit, Part, split

HALVINGS = 80
LEAST_PRICE, MOST_PRICE = 1e-9, 1e9


def held(parts: Sequence[Part], curves: Curves, total: int) -> dict[str, int]:
    """All of `total`, minor units, where it earns most; `curves` row by row as `parts`. Raises NoSplit."""
    _check(parts)
    least, most = _bounds(parts)
    if not least.sum() <= total <= most.sum():
        raise NoSplit(
            f"The bounds allow {least.sum():.0f} to {most.sum():.0f} in all, and {total} are to be shared out."
        )
    return _whole(parts, _at(_price_of(curves, least, most, total), curves, least, most), total)


def free(parts: Sequence[Part], curves: Curves, earn_back: float, most_in_all: int | None = None) -> dict[str, int]:
    """Each gets money until its last unit earns `earn_back` (value per unit spent); at most `most_in_all` together,
    where the bounds let it be that little. Whole units, rounded down. Raises NoSplit for bounds that contradict
    themselves.
    """
    _check(parts)
    least, most = _bounds(parts)
    found = _at(earn_back, curves, least, most)
    if most_in_all is not None and found.sum() > most_in_all:
        return held(parts, curves, max(most_in_all, int(least.sum())))
    return {part.key: int(share) for part, share in zip(parts, found.tolist(), strict=True)}


def price(parts: Sequence[Part], curves: Curves, earn_back: float, most_in_all: int | None) -> float:
    """What the last unit earns where spend is free: `earn_back`, or more where `most_in_all` is short."""
    least, most = _bounds(parts)
    if most_in_all is None or _at(earn_back, curves, least, most).sum() <= most_in_all:
        return earn_back
    return max(earn_back, _price_of(curves, least, most, max(most_in_all, int(least.sum()))))


def dice(account_id: int, day: date) -> np.random.Generator:
    """The random numbers of an account's day: asked again they are the same, so a plan does not flicker."""
    seed = hashlib.sha256(f"{account_id}:{day.isoformat()}".encode()).digest()[:16]
    return np.random.default_rng(np.frombuffer(seed, dtype=np.uint32).tolist())


def _check(parts: Sequence[Part]) -> None:
    if any(part.least > part.most for part in parts):
        raise NoSplit("A lower bound lies above its upper bound.")


def _bounds(parts: Sequence[Part]) -> tuple[Numbers, Numbers]:
    return np.array([float(part.least) for part in parts]), np.array([float(part.most) for part in parts])


def _at(price: float, curves: Curves, least: Numbers, most: Numbers) -> Numbers:
    found: Numbers = np.clip(curves.at_marginal(price), least, most)
    return found


def _price_of(curves: Curves, least: Numbers, most: Numbers, total: int) -> float:
    """The price of money at which the shares come nearest to `total` from below."""
    low, high = LEAST_PRICE, MOST_PRICE
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if _at(middle, curves, least, most).sum() > total else (low, middle)
    return high


def _whole(parts: Sequence[Part], shares: Numbers, total: int) -> dict[str, int]:
    """Whole units that add up to `total`: what curves that earn nothing leave over goes by the bounds."""
    weights = [max(share, 1e-9) for share in shares.tolist()]
    return split([Part(p.key, p.now, w, p.least, p.most) for p, w in zip(parts, weights, strict=True)], total)
