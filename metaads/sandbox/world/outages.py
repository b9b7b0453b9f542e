"""Tracking outages: the pixel is silent while ads run on. Purchases go missing, for good or until filled in."""

import numpy as np

from metaads.sandbox.world import draws, noise
from metaads.sandbox.world.account import Account, Pending
from metaads.sandbox.world.conditions import Conditions, Happening
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.types import Bools

KIND = "tracking_outage"
_HOUR = 3600
_PURPOSE, _LUCK, _FILL_LUCK = 15, 17, 18
# Of what an outage swallowed, the part that the server's own log gives back where it is filled in.
FILLED = 0.8


def drawn(options: WorldOptions, number: int, period: int) -> list[Happening]:
    """Those that begin in this period of 30 days: 3 to 20 hours; half of them are filled in 6 to 42 hours later."""
    return [
        _one(start, start + round(3 + 17 * u[0]) * _HOUR, u)
        for start, u in draws.begun(options, number, _PURPOSE, period, options.tracking_outages)
    ]


def _one(start: int, end: int, u: list[float]) -> Happening:
    restored = end + round(6 + 36 * u[2]) * _HOUR if u[2] < 0.5 else None
    return Happening(KIND, start, end, 1.0 if u[1] < 0.7 else 0.6, restored)


def conditions(strength: float) -> Conditions:
    """`strength` is the part that is not heard."""
    return Conditions(heard=max(0.0, 1 - strength))


def sifted(account: Account, options: WorldOptions, ripe: Pending, outages: list[Happening]) -> tuple[Pending, Pending]:
    """Purchases that are reported now, and those that are filled in later; what is lost is in neither."""
    heard, later = np.ones(len(ripe.due), dtype=bool), Pending.none()
    for outage in outages:
        missed = heard & _missed(account, options, ripe, outage)
        heard &= ~missed
        later = _filled(account, options, ripe, missed, outage, later)
    return _chosen(ripe, heard), later


def _missed(account: Account, options: WorldOptions, ripe: Pending, outage: Happening) -> Bools:
    inside = (ripe.due >= outage.start) & (ripe.due < outage.end)
    return np.asarray(inside & (_luck(account, options, ripe, _LUCK) < outage.strength))


def _filled(
    account: Account, options: WorldOptions, ripe: Pending, missed: Bools, outage: Happening, so_far: Pending
) -> Pending:
    if outage.restored is None:
        return so_far
    found = _chosen(ripe, missed & (_luck(account, options, ripe, _FILL_LUCK) < FILLED))
    found.due = np.full(len(found.due), float(outage.restored))
    parts = ((getattr(so_far, name), getattr(found, name)) for name in Pending.__slots__)
    return Pending(*(np.concatenate(pair) for pair in parts))


def _luck(account: Account, options: WorldOptions, p: Pending, purpose: int) -> np.ndarray:
    """A number of its own for each purchase, from its moment and ad."""
    return noise.hashed(options.seed, account.number, purpose, 0, p.due.astype(np.int64) * 1_000_003 + p.ad)


def _chosen(p: Pending, which: Bools) -> Pending:
    return Pending(*(getattr(p, name)[which] for name in Pending.__slots__))
