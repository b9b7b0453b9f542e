"""All families of fields, one a file. To add one: a file here, and one line in FAMILIES."""

from intelligence.metrics.families.base import ColumnOf, Family, Resolve, nothing
from intelligence.metrics.families.frequency import Frequency
from intelligence.metrics.families.own import Own
from intelligence.metrics.families.ratios import Ratios
from intelligence.metrics.families.relative import Relative
from intelligence.metrics.families.state import State
from intelligence.metrics.families.sums import Sums
from intelligence.metrics.families.targets import Targets
from intelligence.metrics.families.trends import Trends

FAMILIES: tuple[Family, ...] = (State(), Targets(), Trends(), Frequency(), Ratios(), Sums(), Own(), Relative())
"""In the order they are asked: exact names first, prefixes last."""

__all__ = ["FAMILIES", "ColumnOf", "Family", "Resolve", "nothing"]
