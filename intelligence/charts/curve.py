"""What comes back for what is spent: a curve with its band, today's point on it, and where a plan would go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString

from intelligence.charts.scale import Scale, known, nice_scale, said
from intelligence.charts.svg import BOX, join, path, stretched, tag
from intelligence.charts.table import as_table

TICKS = 5


@dataclass(frozen=True)
class CurveChart:
    """`low`, `expected` and `high` one a point of `spend`, which rises from zero. `today` and `planned` are spends, or
    None; each is marked with its words of `marks`."""

    title: str
    spend: Sequence[float]
    low: Sequence[float]
    expected: Sequence[float]
    high: Sequence[float]
    today: float | None
    planned: float | None
    text: Callable[[float], str]
    tick: Callable[[float], str]
    colour: str = "other"
    marks: tuple[str, str] = ("today", "planned")


def curve_chart(chart: CurveChart) -> SafeString:
    """`<figure>` with the SVG, its key and its table; nothing to see where no point is known."""
    scale, along = nice_scale(known([*chart.high, *chart.expected]), zero=True), _along(chart)
    words = _summary(chart)
    inside = [*_grid(scale, chart), *_feet(chart, along), _band(chart, scale, along)]
    inside += [stretched(tag("path", d=path(_points(chart, chart.expected, scale, along)), cls="chart-line"))]
    inside += [mark for spend, word in _marked(chart) for mark in _mark(chart, scale, along, spend, word)]
    svg = tag(
        "svg",
        join([tag("title", chart.title), tag("desc", words), *inside]),
        cls=f"chart series-{chart.colour}",
        role="img",
        aria_label=words,
    )
    rows = [
        tuple(said(value, chart.text) for value in row)
        for row in zip(chart.spend, chart.expected, chart.low, chart.high, strict=True)
    ]
    table = as_table(("Spend a day", "Expected value", "at least", "at most"), rows)
    return format_html('<figure class="chart-figure">{}{}{}</figure>', svg, _key(chart), table)


def at(chart: CurveChart, spend: float) -> float:
    """The expected value at a spend, on the straight line between the two points around it."""
    pairs = list(zip(chart.spend, chart.expected, strict=True))
    for (left, below), (right, above) in pairwise(pairs):
        if left <= spend <= right and right > left:
            return below + (above - below) * (spend - left) / (right - left)
    return pairs[-1][1] if pairs else 0.0


def _along(chart: CurveChart) -> Callable[[float], float]:
    widest = max(known(chart.spend), default=0.0) or 1.0
    return lambda spend: min(max(100.0 * spend / widest, 0.0), 100.0)


def _grid(scale: Scale, chart: CurveChart) -> list[SafeString]:
    parts = []
    for value in scale.ticks:
        y = scale.y(value)
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, cls="chart-zero" if value == 0 else "chart-grid"))
        parts.append(tag("text", chart.tick(value), x="-8", y=y, dy="0.35em", text_anchor="end", cls="chart-axis"))
    return parts


def _feet(chart: CurveChart, along: Callable[[float], float]) -> list[SafeString]:
    widest = max(known(chart.spend), default=0.0)
    spends = [widest * i / (TICKS - 1) for i in range(TICKS)]
    return [
        tag("text", chart.tick(one), x=along(one), y="100%", dy="18", text_anchor="middle", cls="chart-axis")
        for one in spends
    ]


def _points(
    chart: CurveChart, values: Sequence[float], scale: Scale, along: Callable[[float], float]
) -> list[tuple[float, float]]:
    return [(along(spend), scale.y(value)) for spend, value in zip(chart.spend, values, strict=True)]


def _band(chart: CurveChart, scale: Scale, along: Callable[[float], float]) -> SafeString:
    ring = [*_points(chart, chart.high, scale, along), *reversed(_points(chart, chart.low, scale, along))]
    if len(ring) < 4:
        return join([])
    data = "L".join(f"{x * BOX / 100:.1f} {y * BOX / 100:.1f}" for x, y in ring)
    return stretched(tag("path", d=f"M{data}Z", cls="chart-around"))


def _marked(chart: CurveChart) -> list[tuple[float, str]]:
    pairs = zip((chart.today, chart.planned), chart.marks, strict=True)
    return [(spend, word) for spend, word in pairs if spend is not None and chart.spend]


def _mark(
    chart: CurveChart, scale: Scale, along: Callable[[float], float], spend: float, word: str
) -> list[SafeString]:
    """A curve that rises leaves room above it to the left, for what is planned, and below it to the right."""
    x, y, below = along(spend), scale.y(at(chart, spend)), word == chart.marks[0]
    start = x < 35 or (below and x < 70)
    anchor, words = "start" if start else "end", f"{word} {chart.text(spend)}"
    place = {"dx": "8" if start else "-8", "dy": "18" if below else "-10"}
    return [
        tag("line", x1=x, x2=x, y1=y, y2="100%", cls="chart-event"),
        tag("circle", cx=x, cy=y, r="4", cls="chart-dot"),
        tag("text", words, x=x, y=y, text_anchor=anchor, cls="chart-target-label", **place),
    ]


def _summary(chart: CurveChart) -> str:
    parts = [f"at {word} {chart.text(spend)} {chart.text(at(chart, spend))}" for spend, word in _marked(chart)]
    return f"{chart.title}: {', '.join(parts)}" if parts else f"{chart.title}: no data"


def _key(chart: CurveChart) -> SafeString:
    series = f"series-{chart.colour}"
    entries = (
        (tag("line", x1="0", x2="16", y1="5", y2="5", cls="chart-line"), "value expected a day, by spend a day"),
        (tag("rect", width="16", height="10", cls="chart-around"), "80 % of what is believed of it"),
    )
    items = [
        tag("span", join([tag("svg", mark, cls=series, aria_hidden="true"), tag("span", words)]), cls="chart-key")
        for mark, words in entries
    ]
    return tag("figcaption", join(items))
