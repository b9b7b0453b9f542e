"""Conversion between euros (the unit in which the world is calibrated) and an account's minor unit."""

from metaads.sandbox.world.options import Market


def minor(euros: float, market: Market) -> int:
    """So many minor units of the account's currency buy what `euros` buy."""
    return max(1, round(euros * market.rate * market.offset))


def friendly(euros: float, market: Market) -> int:
    """A budget as a person would type it: two significant digits, in minor units."""
    major = euros * market.rate
    magnitude: int = 10 ** max(0, len(str(int(major))) - 2)
    return max(1, round(major / magnitude)) * magnitude * market.offset


def minimum_daily(market: Market) -> int:
    """Lowest daily budget of an impression-billed ad set, in minor units: about one euro."""
    return minor(1.0, market)
