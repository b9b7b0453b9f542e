"""What a measurement is made of: days before a change, and the window after it, of one entity and of others."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
SPEND, CONVERSIONS, VALUE = 0, 1, 2
METRICS = ("spend", "conversions", "value")


@dataclass(frozen=True)
class Panel:
    """Column 0 is what was changed, the others are comparable and were left alone. Money in the minor unit.

    `before`: (metrics, days, entities), whole days up to the change, oldest first; NaN = unknown. `after`: (metrics,
    entities), sums over the window. `calm`: (days, entities), False where somebody changed it that day, so that the
    day is neither a usual one nor like those before it; likewise the days up to its creation. `visible`: share of the
    window's conversions that is reported by now (figures are corrected for it already; it says how noisy that made
    them). `days`: length of the window. `worth`: whether value means money; without it only spend and conversions are
    measured.
    """

    before: Numbers
    after: Numbers
    calm: Marks
    visible: float
    days: float
    worth: bool = True

    def keep(self, columns: NDArray[np.intp]) -> "Panel":
        """The same of some entities."""
        before, after, calm = self.before[:, :, columns], self.after[:, columns], self.calm[:, columns]
        return replace(self, before=before, after=after, calm=calm)


def usable(panel: Panel) -> Marks:
    """(days, entities) days that are known and come after the entity's last change."""
    known: Marks = np.asarray(~np.isnan(panel.before).any(axis=0))
    last_change = np.where((~panel.calm).any(axis=0), len(panel.calm) - 1 - np.argmax(~panel.calm[::-1], axis=0), -1)
    answer: Marks = np.asarray(known & (np.arange(len(panel.calm))[:, None] > last_change[None, :]))
    return answer
