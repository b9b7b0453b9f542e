"""What happened beside what would have, with the band in which chance alone leaves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from intelligence.charts.scale import Scale, across, known, nice_scale, said
from intelligence.charts.svg import BOX, join, path, stretched, tag
from intelligence.charts.table import as_table


@dataclass(frozen=True)
class BandChart:
    """One value a point of `labels`; None leaves a gap. `low` and `high` bound `without`."""

    title: str
    labels: Sequence[str]
    actual: Sequence[float | None]
    without: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    text: Callable[[float], str]
    tick: Callable[[float], str]
    colour: str = "other"


def band_chart(chart: BandChart) -> SafeString:
    """`<figure>` with the SVG, its key and its table."""
    scale = nice_scale(known([*chart.actual, *chart.without, *chart.low, *chart.high]), zero=True)
    inside = [
        *_grid(scale, chart),
        *_labels(chart),
        _band(chart, scale),
        *_lines(chart, scale),
        *_readouts(chart, scale),
    ]
    words = _summary(chart)
    svg = tag(
        "svg",
        join([tag("title", chart.title), tag("desc", words), *inside]),
        cls=f"chart series-{chart.colour}",
        role="img",
        aria_label=words,
    )
    rows = [
        (label, *(said(values[i], chart.text) for values in (chart.actual, chart.without, chart.low, chart.high)))
        for i, label in enumerate(chart.labels)
    ]
    heads = ("After", "It happened", "Without the change", "at least", "at most")
    return format_html('<figure class="chart-figure">{}{}{}</figure>', svg, _key(chart), as_table(heads, rows))


def _grid(scale: Scale, chart: BandChart) -> list[SafeString]:
    parts = []
    for value in scale.ticks:
        y = scale.y(value)
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, cls="chart-zero" if value == 0 else "chart-grid"))
        parts.append(tag("text", chart.tick(value), x="-8", y=y, dy="0.35em", text_anchor="end", cls="chart-axis"))
    return parts


def _labels(chart: BandChart) -> list[SafeString]:
    n = len(chart.labels)
    return [
        tag("text", label, x=across(i, n), y="100%", dy="18", text_anchor="middle", cls="chart-axis")
        for i, label in enumerate(chart.labels)
    ]


def _points(values: Sequence[float | None], scale: Scale) -> list[tuple[float, float] | None]:
    n = len(values)
    return [None if value is None else (across(i, n), scale.y(value)) for i, value in enumerate(values)]


def _band(chart: BandChart, scale: Scale) -> SafeString:
    upper = [point for point in _points(chart.high, scale) if point]
    lower = [point for point in _points(chart.low, scale) if point]
    ring = [*upper, *reversed(lower)]
    if len(upper) < 2 or len(upper) != len(lower):
        return join([])
    data = "L".join(f"{x * BOX / 100:.1f} {y * BOX / 100:.1f}" for x, y in ring)
    return stretched(tag("path", d=f"M{data}Z", cls="chart-around"))


def _lines(chart: BandChart, scale: Scale) -> list[SafeString]:
    actual, without = _points(chart.actual, scale), _points(chart.without, scale)
    parts = [
        stretched(tag("path", d=path(without), cls="chart-instead")),
        stretched(tag("path", d=path(actual), cls="chart-line")),
    ]
    last = next((point for point in reversed(actual) if point), None)
    if last:
        parts.append(tag("circle", cx=last[0], cy=last[1], r="3.5", cls="chart-dot"))
    return parts


def _readouts(chart: BandChart, scale: Scale) -> list[SafeString]:
    n = len(chart.labels)
    width = 100.0 / max(n - 1, 1)
    parts = []
    for i, label in enumerate(chart.labels):
        x = across(i, n)
        anchor = "start" if x < 12 else "end" if x > 88 else "middle"
        words = f"{label}  {said(chart.actual[i], chart.text)}, without it {said(chart.without[i], chart.text)}"
        marks = [
            tag("rect", x=x - width / 2, y="0", width=width, height="100%", cls="chart-hit"),
            tag("line", x1=x, x2=x, y1="0", y2="100%", cls="chart-cursor"),
            tag("text", words, x=x, y="-2", text_anchor=anchor, cls="chart-tip"),
        ]
        parts.append(tag("g", join(marks), cls="chart-day"))
    return parts


def _summary(chart: BandChart) -> str:
    i = len(chart.labels) - 1
    happened, without = said(chart.actual[i], chart.text), said(chart.without[i], chart.text)
    between = f"{said(chart.low[i], chart.text)} to {said(chart.high[i], chart.text)}"
    return f"{chart.title}: after {chart.labels[i]} {happened}, without the change {without} ({between})"


def _key(chart: BandChart) -> SafeString:
    series = f"series-{chart.colour}"
    entries = (
        (tag("line", x1="0", x2="16", y1="5", y2="5", cls="chart-line"), "it happened"),
        (tag("line", x1="0", x2="16", y1="5", y2="5", cls="chart-instead"), "without the change"),
        (tag("rect", width="16", height="10", cls="chart-around"), "95 % of what chance leaves of it"),
    )
    items = [
        tag("span", join([tag("svg", mark, cls=series, aria_hidden="true"), tag("span", words)]), cls="chart-key")
        for mark, words in entries
    ]
    return tag("figcaption", join(items))
