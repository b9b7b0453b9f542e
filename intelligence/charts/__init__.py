"""Charts as server-made SVG: typed in, `SafeString` out; no script, no inline style, so a strict CSP holds.

`sparkline` for a card, `line_chart` and `bar_chart` for a page (each with its table behind `As table`).
Positions are percentages of the plot, so text keeps its size at every width (docs/decisions/0004-charts.md).
"""

from intelligence.charts.band import BandChart, band_chart
from intelligence.charts.bars import BarChart, bar_chart
from intelligence.charts.curve import CurveChart, curve_chart
from intelligence.charts.line import LineChart, line_chart
from intelligence.charts.marks import Event
from intelligence.charts.spark import Spark, sparkline

__all__ = [
    "BandChart",
    "BarChart",
    "CurveChart",
    "Event",
    "LineChart",
    "Spark",
    "band_chart",
    "bar_chart",
    "curve_chart",
    "line_chart",
    "sparkline",
]
