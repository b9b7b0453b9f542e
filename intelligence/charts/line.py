"""Line chart of one metric over days: one unit, direct labels, dashed target, events on the time axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString

from intelligence.charts.marks import Event, event_marks, events_key, happened, role_of
from intelligence.charts.scale import Scale, across, finite, known, nice_scale, said
from intelligence.charts.svg import area, join, path, stretched, tag
from intelligence.charts.table import as_table


@dataclass(frozen=True)
class LineChart:
    """`values` one per day of `days` (the account's local days), None = unknown and leaves a gap.

    `text` says a value with its unit, `tick` says it short for the axis. `zero`: base at zero (always for money).
    `settling`: days at the end whose figures may still rise. `window`: days at the end that a rule looked at,
    before the unfinished ones (`unfinished`: 1 when the last day is today)."""

    title: str
    days: Sequence[date]
    values: Sequence[float | None]
    text: Callable[[float], str]
    tick: Callable[[float], str]
    colour: str = "other"
    target: float | None = None
    target_label: str = "target"
    events: Sequence[Event] = ()
    settling: int = 0
    window: int = 0
    unfinished: int = 0
    zero: bool = True


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _grid(scale: Scale, chart: LineChart) -> list[SafeString]:
    parts = []
    for value in scale.ticks:
        y = scale.y(value)
        cls = "chart-zero" if value == 0 else "chart-grid"
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, cls=cls))
        parts.append(tag("text", chart.tick(value), x="-8", y=y, dy="0.35em", text_anchor="end", cls="chart-axis"))
    return parts


def _dates(days: Sequence[date]) -> list[SafeString]:
    """About five dates under the plot, the last day always among them."""
    n = len(days)
    every = max(1, round(n / 5))
    shown = [i for i in range(n) if (n - 1 - i) % every == 0]
    return [
        tag("text", _day(days[i]), x=across(i, n), y="100%", dy="18", text_anchor="middle", cls="chart-axis")
        for i in shown
    ]


def _shades(chart: LineChart) -> list[SafeString]:
    n = len(chart.days)
    half = 50.0 / max(n - 1, 1)
    parts = []
    if chart.window and n > 1:
        right = across(n - 1 - chart.unfinished, n) + half
        left = max(0.0, across(max(n - chart.unfinished - chart.window, 0), n) - half)
        parts.append(tag("rect", x=left, y="0", width=max(right - left, 0.0), height="100%", cls="chart-window"))
    if chart.settling and n > 1:
        left = max(0.0, across(max(n - chart.settling, 0), n) - half)
        parts.append(tag("rect", x=left, y="0", width=100.0 - left, height="100%", cls="chart-hatch"))
    return parts


def _events(chart: LineChart) -> list[SafeString]:
    n = len(chart.days)
    return event_marks(chart.events, {day: across(i, n) for i, day in enumerate(chart.days)})


def _readouts(chart: LineChart, scale: Scale) -> list[SafeString]:
    """Hovering a day shows its value; without a pointer the table says the same."""
    n = len(chart.days)
    width = 100.0 / max(n - 1, 1)
    parts = []
    for i, (day, value) in enumerate(zip(chart.days, chart.values, strict=True)):
        x = across(i, n)
        words, number = said(value, chart.text), finite(value)
        anchor = "start" if x < 12 else "end" if x > 88 else "middle"
        marks = [
            tag("rect", x=x - width / 2, y="0", width=width, height="100%", cls="chart-hit"),
            tag("line", x1=x, x2=x, y1="0", y2="100%", cls="chart-cursor"),
            tag("text", f"{_day(day)}  {words}", x=x, y="-2", text_anchor=anchor, cls="chart-tip"),
        ]
        if number is not None:
            marks.append(tag("circle", cx=x, cy=scale.y(number), r="3.5", cls="chart-dot chart-tip-box"))
        parts.append(tag("g", join(marks), cls="chart-day"))
    return parts


def _line(chart: LineChart, scale: Scale) -> list[SafeString]:
    n = len(chart.days)
    values = [finite(value) for value in chart.values]
    points = [None if value is None else (across(i, n), scale.y(value)) for i, value in enumerate(values)]
    solid = [point for point in points if point]
    fill = tag("path", d=area(solid), cls="chart-area") if len(solid) == n and scale.low == 0 else join([])
    parts = [stretched(join([fill, tag("path", d=path(points), cls="chart-line")]))]
    if solid:
        x, y = solid[-1]
        value = known(chart.values)[-1]
        parts.append(tag("circle", cx=x, cy=y, r="3.5", cls="chart-dot"))
        parts.append(tag("text", chart.text(value), x=x, y=y, dx="10", dy="0.35em", cls="chart-label"))
    return parts


def _target(chart: LineChart, scale: Scale) -> list[SafeString]:
    if chart.target is None:
        return []
    y, label = scale.y(chart.target), f"{chart.target_label} {chart.text(chart.target)}"
    return [
        tag("line", x1="0", x2="100%", y1=y, y2=y, cls="chart-target"),
        tag("text", label, x="4", y=y, dy="-5", cls="chart-target-label"),
    ]


def summary(chart: LineChart) -> str:
    """The chart in a sentence."""
    values = known(chart.values)
    if not values or not chart.days:
        return f"{chart.title}: no data"
    span = f"{_day(chart.days[0])} to {_day(chart.days[-1])}"
    low, high = chart.text(min(values)), chart.text(max(values))
    aim = "" if chart.target is None else f", {chart.target_label} {chart.text(chart.target)}"
    return f"{chart.title}, {span}: last {chart.text(values[-1])}, lowest {low}, highest {high}{aim}"


def line_chart(chart: LineChart) -> SafeString:
    """`<figure>` with the SVG, its key and its table."""
    scale = nice_scale(known([*chart.values, chart.target]), zero=chart.zero)
    role, events = role_of(chart.events), _events(chart)
    inside = [*_shades(chart), *_grid(scale, chart), *_dates(chart.days)]
    inside += events if role == "img" else []
    # The target's label has a halo: drawn after the line, it stays readable where the line crosses it.
    inside += [*_line(chart, scale), *_target(chart, scale), *_readouts(chart, scale)]
    # What can be followed lies on top, where the pointer reaches it.
    inside += events if role == "group" else []
    words = summary(chart)
    svg = tag(
        "svg",
        join([tag("title", chart.title), tag("desc", words), *inside]),
        cls=f"chart series-{chart.colour}",
        role=role,
        aria_label=words,
    )
    rows = [
        (day.isoformat(), said(value, chart.text), happened(chart.events, day))
        for day, value in zip(chart.days, chart.values, strict=True)
    ]
    table = as_table(("Day", chart.title, "What happened"), rows)
    return format_html('<figure class="chart-figure">{}{}{}</figure>', svg, _key(chart), table)


def _key(chart: LineChart) -> SafeString:
    """Says what is not labelled directly: shading, hatching, markers. Empty when there is none of them."""
    keys = [
        (chart.window, tag("rect", width="16", height="10", cls="chart-window"), "what the rule looked at"),
        (chart.settling, tag("rect", width="16", height="10", cls="chart-hatch"), "may still change"),
    ]
    items = [
        tag("span", join([tag("svg", mark, aria_hidden="true"), tag("span", words)]), cls="chart-key")
        for there, mark, words in keys
        if there
    ]
    items += events_key(chart.events, chart.days)
    return tag("figcaption", join(items)) if items else join([])
