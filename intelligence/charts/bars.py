"""Bar chart over days, base always zero: for sums such as spend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString

from intelligence.charts.marks import Event, event_marks, events_key, happened, role_of
from intelligence.charts.scale import Scale, finite, known, nice_scale, said
from intelligence.charts.svg import join, tag
from intelligence.charts.table import as_table


@dataclass(frozen=True)
class BarChart:
    """One bar per day of `days`; None = unknown, drawn as a gap. `unfinished`: 1 when the last day is today.

    `least`: smallest step of the axis, 1 for counts."""

    title: str
    days: Sequence[date]
    values: Sequence[float | None]
    text: Callable[[float], str]
    tick: Callable[[float], str]
    colour: str = "spend"
    unfinished: int = 0
    events: Sequence[Event] = ()
    least: float = 0.0


def _grid(scale: Scale, chart: BarChart) -> list[SafeString]:
    parts = []
    for value in scale.ticks:
        y = scale.y(value)
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, cls="chart-zero" if value == 0 else "chart-grid"))
        parts.append(tag("text", chart.tick(value), x="-8", y=y, dy="0.35em", text_anchor="end", cls="chart-axis"))
    return parts


def _bar(chart: BarChart, scale: Scale, i: int) -> SafeString:
    """Bar, hit area and readout of day `i`."""
    n, day, value = len(chart.days), chart.days[i], chart.values[i]
    slot = 100.0 / n
    left, middle = i * slot, (i + 0.5) * slot
    words, number = said(value, chart.text), finite(value)
    anchor = "start" if middle < 12 else "end" if middle > 88 else "middle"
    marks = [tag("rect", x=left, y="0", width=slot, height="100%", cls="chart-hit")]
    if number is not None:
        top, zero = sorted((scale.y(number), scale.y(0.0)))
        classes = ["chart-bar", "chart-hatch"] if i >= n - chart.unfinished else ["chart-bar"]
        x, width, height = left + slot * 0.18, slot * 0.64, zero - top
        marks += [tag("rect", x=x, y=top, width=width, height=height, rx="2", cls=cls) for cls in classes]
    label = f"{day.day} {day:%b}"
    marks.append(tag("text", f"{label}  {words}", x=middle, y="-2", text_anchor=anchor, cls="chart-tip"))
    if (n - 1 - i) % max(1, round(n / 5)) == 0:
        marks.append(tag("text", label, x=middle, y="100%", dy="18", text_anchor="middle", cls="chart-axis"))
    return tag("g", join(marks), cls="chart-day")


def summary(chart: BarChart) -> str:
    """The chart in a sentence."""
    values = known(chart.values)
    if not values:
        return f"{chart.title}: no data"
    return f"{chart.title}: {len(chart.days)} days, last {chart.text(values[-1])}, highest {chart.text(max(values))}"


def bar_chart(chart: BarChart) -> SafeString:
    """`<figure>` with the SVG and its table."""
    scale, words = nice_scale(known(chart.values), zero=True, least=chart.least), summary(chart)
    bars = [_bar(chart, scale, i) for i in range(len(chart.days))]
    n = len(chart.days)
    marks = event_marks(chart.events, {day: (i + 0.5) * 100.0 / n for i, day in enumerate(chart.days)})
    role = role_of(chart.events)
    # What can be followed lies on top, where the pointer reaches it.
    drawn = [*bars, *marks] if role == "group" else [*marks, *bars]
    inside = join([tag("title", chart.title), tag("desc", words), *_grid(scale, chart), *drawn])
    svg = tag("svg", inside, cls=f"chart chart-bars series-{chart.colour}", role=role, aria_label=words)
    days = zip(chart.days, chart.values, strict=True)
    key = events_key(chart.events, chart.days)
    caption = tag("figcaption", join(key)) if key else join([])
    if not chart.events:
        table = as_table(("Day", chart.title), [(day.isoformat(), said(value, chart.text)) for day, value in days])
        return format_html('<figure class="chart-figure">{}{}</figure>', svg, table)
    rows = [(day.isoformat(), said(value, chart.text), happened(chart.events, day)) for day, value in days]
    table = as_table(("Day", chart.title, "What happened"), rows)
    return format_html('<figure class="chart-figure">{}{}{}</figure>', svg, caption, table)
