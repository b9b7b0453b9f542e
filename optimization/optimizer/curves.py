"""Response curves: value a day against spend a day, many at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimization.optimizer.panel import Numbers


@dataclass(frozen=True)
class Curves:
    """(n,) curves value(spend) = level x anchor x (spend / anchor)^elasticity. Money in one unit, a day.

    `level`: value per unit at the anchor spend; 0 = it brings nothing.
    """

    level: Numbers
    anchor: Numbers
    elasticity: float

    def value(self, spend: Numbers) -> Numbers:
        """(n,) expected value a day."""
        with np.errstate(all="ignore"):
            found: Numbers = self.level * self.anchor * (np.maximum(spend, 0.0) / self.anchor) ** self.elasticity
        return np.nan_to_num(found)

    def marginal(self, spend: Numbers) -> Numbers:
        """(n,) what the next unit earns; infinite at no spend where it earns anything."""
        with np.errstate(all="ignore"):
            found: Numbers = self.level * self.elasticity * (spend / self.anchor) ** (self.elasticity - 1)
        return np.where(self.level > 0, found, 0.0)

    def at_marginal(self, price: float) -> Numbers:
        """(n,) the spend at which the next unit earns `price` (positive); 0 where none does."""
        with np.errstate(all="ignore"):
            found: Numbers = self.anchor * (self.level * self.elasticity / price) ** (1 / (1 - self.elasticity))
        return np.where(self.level > 0, found, 0.0)

    def take(self, rows: Sequence[int]) -> "Curves":
        at = np.asarray(rows, dtype=np.intp)
        return Curves(self.level[at], self.anchor[at], self.elasticity)
