"""Marks on time axes: what the calendar of events says happened on the account's days."""

from datetime import date

from intelligence.calendar import events_between
from intelligence.charts import Event
from metaads.models import AdAccount


def calendar_marks(account: AdAccount, first: date, last: date) -> list[Event]:
    """Each event on the days of the axis where it begins and ends; one that began before is marked on the first day."""
    marks: list[Event] = []
    for row in events_between(account, first, last):
        begins, ends = max(row.first_day, first), min(row.last_day, last)
        lasts = f", until {row.last_day.day} {row.last_day:%b}" if row.last_day != begins else ""
        marks.append(Event(begins, f"{row.name} ({row.get_kind_display().lower()}{lasts})"))
        if ends == row.last_day != begins:
            marks.append(Event(ends, f"{row.name} ends"))
    return marks
