"""What happened, as marks on a time axis: the same on lines and on bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from intelligence.charts.svg import join, tag


@dataclass(frozen=True)
class Event:
    """Something that happened on a day: an action of ours, what a person did at Meta, an event of the calendar.

    `tone`: good, watch, bad, or "" for none. `href`: where the page tells more; its mark can then be focused and
    followed, and says its label there.
    """

    day: date
    label: str
    tone: str = ""
    href: str = ""


def event_marks(events: Sequence[Event], places: Mapping[date, float]) -> list[SafeString]:
    """One marker a day; several events of one day share it, all in its title. `places`: percent from the left."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        if event.day in places:
            by_day.setdefault(event.day, []).append(event)
    return [_mark(day, found, places[day], dense=len(places) > DENSE) for day, found in by_day.items()]


def role_of(events: Sequence[Event]) -> str:
    """Of the whole picture: a group where marks in it can be followed, else an image."""
    return "group" if any(event.href for event in events) else "img"


DENSE = 35
"""Days from which on marks of neighbouring days touch on a phone's width."""


def _mark(day: date, events: Sequence[Event], x: float, *, dense: bool) -> SafeString:
    words = f"{day.day} {day:%b}: {'; '.join(event.label for event in events)}"
    tones = {event.tone for event in events if event.tone}
    tone = f" event-{tones.pop()}" if len(tones) == 1 else ""
    href = next((event.href for event in events if event.href), "")
    several = len(events) > 1 and bool(href)
    cls = f"chart-event-mark{tone}{' event-dense' if dense else ''}"
    parts = [
        tag("title", words),
        tag("line", x1=x, x2=x, y1="0", y2="100%", cls="chart-event"),
        tag("circle", cx=x, cy="100%", r="8" if several else "5" if href else "4", cls=cls),
    ]
    if several:
        count = str(len(events))
        parts.append(tag("text", count, x=x, y="100%", dy="0.35em", text_anchor="middle", cls="chart-event-count"))
    if not href:
        return tag("g", join(parts))
    anchor = "start" if x < 25 else "end" if x > 75 else "middle"
    tip = _tip(day, events)
    parts.append(tag("text", tip, x=x, y="100%", dy="-14", text_anchor=anchor, cls="chart-event-tip"))
    return tag("a", join(parts), href=href, aria_label=words, cls="chart-event-link")


TIP_LONGEST = 56


def _tip(day: date, events: Sequence[Event]) -> str:
    """Short enough to stand on the picture; the title and the list say all."""
    first = events[0].label
    short = first if len(first) <= TIP_LONGEST else f"{first[: TIP_LONGEST - 1]}…"
    more = f" and {len(events) - 1} more" if len(events) > 1 else ""
    return f"{day.day} {day:%b}: {short}{more}"


def happened(events: Sequence[Event], day: date) -> str:
    """What the table behind a chart says of a day."""
    return "; ".join(event.label for event in events if event.day == day)


def events_key(events: Sequence[Event], days: Sequence[date]) -> list[SafeString]:
    """The key's entry, if anything on the axis is marked."""
    if not any(event.day in days for event in events):
        return []
    mark = tag("circle", cx="8", cy="5", r="4", cls="chart-event-mark")
    words = tag("span", "something happened")
    return [tag("span", join([tag("svg", mark, aria_hidden="true"), words]), cls="chart-key")]
