"""Shocks: the auction's price jumps, the shop is down, or Meta delivers nearly nothing to anyone.

Anomalies in the labelled hourly cost series are 3 to 29 robust standard deviations (of about 0.17 in the log) away, so
prices jump by a half to threefold.
"""

from metaads.sandbox.world import draws
from metaads.sandbox.world.conditions import Conditions, Happening
from metaads.sandbox.world.options import WorldOptions

PRICE_JUMP, SITE_DOWN, META_OUTAGE = "price_jump", "site_down", "meta_outage"
_HOUR = 3600
_PRICE_PURPOSE, _SITE_PURPOSE, _META_PURPOSE = 12, 13, 14
# Meta's own outages strike all accounts at once: they are drawn under one number that no account has.
_EVERYBODY = 1_000_003


def price_jumps(options: WorldOptions, number: int, period: int) -> list[Happening]:
    """Those that begin in this period of 30 days: 4 to 30 hours, CPM up by a half to twofold again."""
    return [
        Happening(PRICE_JUMP, start, start + round(4 + 26 * u[0]) * _HOUR, 0.5 + 1.5 * u[1] ** 2)
        for start, u in draws.begun(options, number, _PRICE_PURPOSE, period, options.price_jumps)
    ]


def site_downs(options: WorldOptions, number: int, period: int) -> list[Happening]:
    """Those that begin in this period of 30 days: 1 to 7 hours in which clicks lead nowhere."""
    return [
        Happening(SITE_DOWN, start, start + round(1 + 6 * u[0]) * _HOUR, 1.0)
        for start, u in draws.begun(options, number, _SITE_PURPOSE, period, options.site_downs)
    ]


def meta_outages(options: WorldOptions, number: int, period: int) -> list[Happening]:
    """Those that begin in this period of 30 days, the same for every account: 1 to 6 hours without delivery."""
    return [
        Happening(META_OUTAGE, start, start + round(1 + 5 * u[0]) * _HOUR, 0.9 + 0.1 * u[1])
        for start, u in draws.begun(options, _EVERYBODY, _META_PURPOSE, period, options.meta_outages)
    ]


def price_conditions(strength: float) -> Conditions:
    """`strength` 1.0: CPM doubles, and some of the money finds no auction."""
    return Conditions(price=1 + strength, volume=1 / (1 + 0.15 * strength))


def site_conditions(strength: float) -> Conditions:
    """`strength` 1.0: nobody reaches the shop."""
    left = max(0.0, 1 - strength)
    return Conditions(visits=left, sales=left)


def meta_conditions(strength: float) -> Conditions:
    """`strength` 1.0: nothing is delivered."""
    return Conditions(volume=max(0.0, 1 - strength))
