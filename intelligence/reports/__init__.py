"""Reports on an entity, for pages and the API: frozen figures out, nothing stored, nothing asked of Meta.

All take `now` (aware UTC business time) and say what was known then. A figure is a float or None (unknown); money is in
the major unit of the account's currency, rates called percent are percent. `level` may be "account" with entity "".
`attribution` is one of Meta's windows (None = Meta's plain value, 7-day click and 1-day view); `include_offline` adds
uploaded sales to conversions, value, CPA and ROAS.
"""

from intelligence.reports.blended import Blended, Lack, MixedCurrencies, blended
from intelligence.reports.compare import Change, compare
from intelligence.reports.costs import ResultCost, result_costs
from intelligence.reports.creatives import CreativeFigures, by_creative, top_creatives
from intelligence.reports.span import ACCOUNT, METRICS, BadPeriod
from intelligence.reports.sums import totals_between, totals_of
from intelligence.reports.trend import Point, Trend, trend

__all__ = [
    "ACCOUNT",
    "METRICS",
    "BadPeriod",
    "Blended",
    "Change",
    "CreativeFigures",
    "Lack",
    "MixedCurrencies",
    "Point",
    "ResultCost",
    "Trend",
    "blended",
    "by_creative",
    "compare",
    "result_costs",
    "top_creatives",
    "totals_between",
    "totals_of",
    "trend",
]
