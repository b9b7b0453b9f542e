"""Breadth: a large budget reaches past the people who buy, and an ad that pleases everyone draws the merely curious.

Between real Facebook ads clicks follow spend one to one, but purchases only to the power of 0.51 (0.52 with campaign
effects; "Response to spend across ads" of the data README). Within one series, day by day, the auction's own fall of
returns goes on top (`auction`).
"""

from typing import TypeVar

import numpy as np

from metaads.sandbox.world.types import Floats

# Median daily budget of an ad set in euros, and purchases per link click at it.
USUAL, SALES = 78.0, 0.042
# Spread of the logs below and above the median, of such budgets and of the appeal of ads inside an ad set: together
# they bring the Gini of spend over all ads to 0.72, and 53 % of it to their top tenth (KAG).
BUDGETS, APPEALS = (0.55, 1.05), (0.75, 1.15)
# Creatives that tire take most of their ad set's money, yet had people of their own: they lose less than that.
TIRED = 2.5
_LOSS = 0.58
_FROM, _TO = 0.05, 20.0

_Number = TypeVar("_Number", float, Floats)


def uneven(random: np.random.Generator, spread: tuple[float, float], n: int) -> Floats:
    """Numbers round 1 with a heavy upper tail."""
    normal = random.standard_normal(n)
    return np.asarray(np.exp(normal * np.where(normal < 0, *spread)), dtype=np.float64)


def sale_factor(ratio: _Number) -> _Number:
    """Factor on the conversion rate of what has so many times the median budget, or draws so many times the money."""
    bounded: _Number = np.clip(ratio, _FROM, _TO) ** -_LOSS
    return bounded
