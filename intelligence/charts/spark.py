"""Sparkline: one metric's last days, its threshold, the rule's window shaded, unsettled days hatched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from intelligence.charts.scale import across, finite, known
from intelligence.charts.svg import join, path, stretched, tag


@dataclass(frozen=True)
class Spark:
    """`values` oldest first, None = unknown. `window`: shaded days at the end, `settling`: hatched days at the end.

    `colour` is the tail of a `series-*` class: roas, cpa, spend, other, good, watch, bad."""

    label: str
    values: Sequence[float | None]
    text: Callable[[float], str]
    colour: str = "other"
    threshold: float | None = None
    window: int = 0
    settling: int = 0
    zero: bool = False


def _spread(spark: Spark) -> tuple[float, float]:
    values = known([*spark.values, spark.threshold])
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if spark.zero:
        low = min(low, 0.0)
    margin = (high - low) * 0.12 or abs(high) * 0.5 or 1.0
    return low - (0.0 if spark.zero and low == 0 else margin), high + margin


def _shade(days: int, n: int, cls: str) -> SafeString:
    """From half a step before the first of the last `days` points to the right edge."""
    left = max(0.0, across(n - days, n) - 50.0 / max(n - 1, 1))
    return tag("rect", x=left, y="0", width=100.0 - left, height="100%", cls=cls)


def describe(spark: Spark) -> str:
    """What a reader who does not see it needs."""
    values = known(spark.values)
    if not values:
        return f"{spark.label}: no data"
    first, last = spark.text(values[0]), spark.text(values[-1])
    limit = "" if spark.threshold is None else f"; threshold {spark.text(spark.threshold)}"
    return f"{spark.label}, {len(spark.values)} days: from {first} to {last}{limit}"


def sparkline(spark: Spark) -> SafeString:
    """The whole `<svg>`; an all-unknown series draws its frame and says so in its title."""
    n = len(spark.values)
    low, high = _spread(spark)
    values = [finite(value) for value in spark.values]
    points = [
        None if value is None else (across(i, n), 100 - (value - low) / (high - low) * 100)
        for i, value in enumerate(values)
    ]
    parts = [tag("title", describe(spark))]
    if spark.window and n:
        parts.append(_shade(min(spark.window, n), n, "chart-window"))
    if spark.settling and n:
        parts.append(_shade(min(spark.settling, n), n, "chart-hatch"))
    if spark.threshold is not None:
        y = 100 - (spark.threshold - low) / (high - low) * 100
        parts.append(tag("line", x1="0", x2="100%", y1=y, y2=y, cls="chart-target"))
    parts.append(stretched(tag("path", d=path(points), cls="chart-line")))
    last = next((point for point in reversed(points) if point), None)
    if last:
        parts.append(tag("circle", cx=last[0], cy=last[1], r="3", cls="chart-dot"))
    return tag("svg", join(parts), cls=f"spark series-{spark.colour}", role="img", aria_label=describe(spark))
