"""What happened, as marks on a time axis: the same on lines and on bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from intelligence.charts.svg import join, tag


@dataclass(frozen=True)
class Event:
    """Something that happened on a day: an action of ours, what a person did at Meta, an event of the calendar."""

    day: date
    label: str


def event_marks(events: Sequence[Event], places: Mapping[date, float]) -> list[SafeString]:
    """One marker a day; several events of one day share it, all in its title. `places`: percent from the left."""
    by_day: dict[date, list[str]] = {}
    for event in events:
        if event.day in places:
            by_day.setdefault(event.day, []).append(event.label)
    return [_mark(day, labels, places[day]) for day, labels in by_day.items()]


def _mark(day: date, labels: Sequence[str], x: float) -> SafeString:
    content = join(
        [
            tag("title", f"{day.day} {day:%b}: {'; '.join(labels)}"),
            tag("line", x1=x, x2=x, y1="0", y2="100%", cls="chart-event"),
            tag("circle", cx=x, cy="100%", r="4", cls="chart-event-mark"),
        ]
    )
    return tag("g", content)


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
