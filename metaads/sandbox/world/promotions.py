"""Promotions of the advertiser: for some days more people buy, each for a little less money."""

from metaads.sandbox.world import draws
from metaads.sandbox.world.conditions import Conditions, Happening
from metaads.sandbox.world.options import WorldOptions

KIND = "promotion"
_DAY = 86_400
_PURPOSE = 11


def drawn(options: WorldOptions, number: int, period: int) -> list[Happening]:
    """Those that begin in this period of 30 days."""
    return [
        Happening(KIND, start, start + round(2 + 4 * u[0]) * _DAY, 0.25 + 0.5 * u[1])
        for start, u in draws.begun(options, number, _PURPOSE, period, options.promotions)
    ]


def conditions(strength: float) -> Conditions:
    """`strength` 0.5: half as many purchases again per click, a few more clicks, and a lower order value."""
    return Conditions(sales=1 + strength, clicks=1 + 0.12 * strength, order=1 - min(0.5, 0.25 * strength))
