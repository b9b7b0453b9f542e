"""Dates of an insights request: presets, ranges and increments, all in the account's days (reference 4.1)."""

import re
from datetime import date, timedelta

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid

Span = tuple[date, date]
_DAY = timedelta(days=1)
_OLDEST = timedelta(days=37 * 30.5)


def spans(call: Call, today: date, first: date) -> list[Span]:
    """The spans to report, each with both ends included, in order of time."""
    several = call.json("time_ranges")
    if several is not None:
        return [_range(one, today) for one in several]
    single = call.json("time_range")
    since, until = _range(single, today) if single is not None else preset(call.text("date_preset"), today, first)
    return list(_cut(since, min(until, max(today, since)), call.text("time_increment", "all_days").strip('"')))


def _range(value: object, today: date) -> Span:
    if not isinstance(value, dict) or not {"since", "until"} <= set(value):
        raise invalid("time_range must have since and until, as YYYY-MM-DD", "time_range")
    try:
        since, until = date.fromisoformat(str(value["since"])), date.fromisoformat(str(value["until"]))
    except ValueError:
        raise invalid("time_range must have since and until, as YYYY-MM-DD", "time_range") from None
    if since > until:
        raise invalid("The start date of the time range must not be after its end date", "time_range")
    if since < today - _OLDEST:
        raise GraphError(
            "(#3018) The start date of the time range cannot be beyond 37 months from the current date", 3018
        )
    return since, until


def preset(name: str, today: date, first: date) -> Span:
    """`last_Nd` ends yesterday; without a preset it is the last 30 days."""
    name = name or "last_30d"
    if match := re.fullmatch(r"last_(3|7|14|28|30|90)d", name):
        return today - int(match[1]) * _DAY, today - _DAY
    monday = today - today.weekday() * _DAY
    sunday = today - (today.weekday() + 1) % 7 * _DAY
    month = today.replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = today.replace(month=1, day=1)
    known: dict[str, Span] = {
        "today": (today, today),
        "yesterday": (today - _DAY, today - _DAY),
        "this_week_mon_today": (monday, today),
        "this_week_sun_today": (sunday, today),
        "last_week_mon_sun": (monday - 7 * _DAY, monday - _DAY),
        "last_week_sun_sat": (sunday - 7 * _DAY, sunday - _DAY),
        "this_month": (month, today),
        "last_month": ((month - _DAY).replace(day=1), month - _DAY),
        "this_quarter": (quarter, today),
        "last_quarter": (_quarter_before(quarter), quarter - _DAY),
        "this_year": (year, today),
        "last_year": (year.replace(year=year.year - 1), year - _DAY),
        "maximum": (first, today),
        "data_maximum": (first, today),
    }
    if name not in known:
        raise invalid(
            f"date_preset must be one of the following values: {', '.join(sorted(known))}, last_Nd", "date_preset"
        )
    return known[name]


def _quarter_before(quarter: date) -> date:
    last = quarter - _DAY
    return last.replace(month=last.month - 2, day=1)


def _cut(since: date, until: date, increment: str) -> list[Span]:
    if increment in ("", "all_days"):
        return [(since, until)]
    if increment == "monthly":
        return _months(since, until)
    if not increment.isdigit() or not 1 <= int(increment) <= 90:
        raise invalid("time_increment must be 1 to 90, monthly or all_days", "time_increment")
    width = int(increment)
    count = ((until - since).days // width) + 1
    starts = [since + i * width * _DAY for i in range(count)]
    return [(start, min(until, start + (width - 1) * _DAY)) for start in starts]


def _months(since: date, until: date) -> list[Span]:
    found = []
    while since <= until:
        after = (since.replace(day=28) + 4 * _DAY).replace(day=1)
        found.append((since, min(until, after - _DAY)))
        since = after
    return found
