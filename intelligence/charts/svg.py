"""The few SVG elements that charts are made of. Everything is escaped here."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString

BOX = 1000  # side of the stretched coordinate box that holds paths


def join(parts: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(parts))


def tag(name: str, content: str = "", **attributes: object) -> SafeString:
    """One element. `cls` is class, underscores become dashes, None is left out, floats become percentages.

    Built by hand, for a page has hundreds: escaping is the standard library's, done on every value and text.
    """
    pairs = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    inside = content if isinstance(content, SafeString) else escape(content)
    return SafeString(f"<{name}{pairs}>{inside}</{name}>")


def _name(key: str) -> str:
    return "class" if key == "cls" else key.replace("_", "-") if key not in {"viewBox", "preserveAspectRatio"} else key


def _value(value: object) -> str:
    return f"{value:.2f}%" if isinstance(value, float) else escape(str(value))


def stretched(content: SafeString) -> SafeString:
    """Paths live in a box stretched over the plot; strokes keep their width by non-scaling-stroke."""
    box = f"0 0 {BOX} {BOX}"
    return tag("svg", content, viewBox=box, preserveAspectRatio="none", width="100%", height="100%", overflow="visible")


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """Path data through points in percent; None leaves a gap, a lone point becomes a short dash."""
    parts: list[str] = []
    pen_down = False
    for point in points:
        if point is None:
            pen_down = False
            continue
        x, y = (f"{value * BOX / 100:.1f}" for value in point)
        parts.append(f"{'L' if pen_down else 'M'}{x} {y}" if pen_down else f"M{x} {y}h0.1")
        pen_down = True
    return "".join(parts)


def area(points: list[tuple[float, float]]) -> str:
    """Closed path from the points down to the plot's bottom; empty for none."""
    if not points:
        return ""
    first, last = points[0][0] * BOX / 100, points[-1][0] * BOX / 100
    line = "".join(f"L{x * BOX / 100:.1f} {y * BOX / 100:.1f}" for x, y in points)
    return f"M{first:.1f} {BOX}{line}L{last:.1f} {BOX}Z"
