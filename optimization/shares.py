"""Splitting a total in proportion to weights, inside bounds, exact to the minor unit. Pure.

Water filling: each share is weight x level, cut to its bounds, and the level is where the shares add up to the total.
That sum is piecewise linear in the level, so the level is found exactly between two neighbouring corners. Whole units
come by the largest remainder, so nothing is lost to rounding.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction


class NoSplit(ValueError):
    """The bounds leave no way to split this total; the text says why."""


@dataclass(frozen=True)
class Part:
    """One that takes part: what it has `now` and its bounds, in whole minor units. A larger `weight` gets more."""

    key: str
    now: int
    weight: float
    least: int
    most: int


def split(parts: Sequence[Part], total: int) -> dict[str, int]:
    """Shares by key, which add up to `total`, each within its bounds. Raises NoSplit.

    Weights are finite and not negative. Those of weight 0 stay at their least while any other can still take more.
    """
    if any(part.least > part.most for part in parts):
        raise NoSplit("A lower bound lies above its upper bound.")
    least, most = sum(part.least for part in parts), sum(part.most for part in parts)
    if not least <= total <= most:
        raise NoSplit(f"The bounds allow {least} to {most} in all, and {total} are to be shared out.")
    parts = _weighted(parts, total)
    return _whole(parts, _filled(parts, Fraction(total)), total)


def moves(parts: Sequence[Part], smallest: Decimal) -> dict[str, int]:
    """New shares of what `parts` have now, only of those that change. Raises NoSplit.

    A change by less than `smallest` percent of what one has is not worth a write: it keeps what it has, and the others
    share the rest.
    """
    held: set[str] = set()
    while True:
        fixed = [replace(part, least=part.now, most=part.now) if part.key in held else part for part in parts]
        found = split(fixed, sum(part.now for part in parts))
        small = {
            part.key
            for part in parts
            if part.key not in held and abs(found[part.key] - part.now) * 100 < smallest * part.now
        }
        if not small:
            return {part.key: found[part.key] for part in parts if found[part.key] != part.now}
        held |= small


def _weighted(parts: Sequence[Part], total: int) -> list[Part]:
    """Where those with a weight cannot take it all, they get their most, and the others share the rest alike."""
    room = sum(part.most if part.weight > 0 else part.least for part in parts)
    if room >= total:
        return list(parts)
    return [replace(part, least=part.most) if part.weight > 0 else replace(part, weight=1.0) for part in parts]


def _filled(parts: Sequence[Part], total: Fraction) -> list[Fraction]:
    weights = [Fraction(part.weight) for part in parts]
    bounds = [(Fraction(part.least), Fraction(part.most)) for part in parts]
    corners = sorted({bound / weight for pair, weight in zip(bounds, weights, strict=True) if weight for bound in pair})

    def at(level: Fraction) -> list[Fraction]:
        return [
            min(max(w * level, least), most) if w else least for w, (least, most) in zip(weights, bounds, strict=True)
        ]

    sums = [sum(at(corner), Fraction(0)) for corner in corners]
    place = bisect_left(sums, total)
    if place == 0:
        return at(corners[0] if corners else Fraction(0))
    if place == len(corners):
        return at(corners[-1])
    low, high, below, above = corners[place - 1], corners[place], sums[place - 1], sums[place]
    return at(low + (high - low) * (total - below) / (above - below))


def _whole(parts: Sequence[Part], exact: Sequence[Fraction], total: int) -> dict[str, int]:
    """Rounded down, and the units that are missing go to the largest remainders; of equal ones, by key."""
    shares = {part.key: int(share) for part, share in zip(parts, exact, strict=True)}
    remainders = {part.key: share - int(share) for part, share in zip(parts, exact, strict=True)}
    for key in sorted(remainders, key=lambda key: (-remainders[key], key))[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
