"""Conversion delay: a purchase is reported late but on the day of its click, so past days are restated upwards."""

import numpy as np

from metaads.sandbox.world.types import Floats

# Parts of the purchases and their mean delay in hours: at once, the same day, days later (7-day click window).
_PARTS = (0.55, 0.30, 0.15)
_MEANS = (0.4, 8.0, 52.0)
_WINDOW_HOURS = 7 * 24.0


def seconds(which: Floats, how_long: Floats) -> Floats:
    """Delay of each purchase in seconds from two uniform numbers; never beyond the seven-day click window."""
    edges = np.cumsum(_PARTS)[:-1]
    mean = np.asarray(_MEANS)[np.searchsorted(edges, which)]
    hours = -mean * np.log1p(-how_long * (1 - np.exp(-_WINDOW_HOURS / mean)))
    return np.asarray(hours * 3600.0, dtype=np.float64)


def visible_share(hours: float) -> float:
    """Part of a click's purchases that is reported after so many hours: the true maturity curve."""
    return float(
        sum(p * -np.expm1(-hours / m) / -np.expm1(-_WINDOW_HOURS / m) for p, m in zip(_PARTS, _MEANS, strict=True))
    )
