"""Figures of one entity by the hour of its account's day, from the hours that were read one by one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from intelligence.filled import with_filled_hours
from intelligence.metrics.windows import day_start, local_day
from intelligence.snapshots import Snapshot, hours_of
from optimization.views import table
from optimization.views.subject import Subject
from optimization.views.table import Cell, Head, Row, Table

DAYS = 7


def hours(subject: Subject, now: datetime) -> Table:
    """The last 7 days and today so far. An hour that was read only together with others counts nowhere here, but where
    Meta told it later; that has no purchases, so it counts for conversions and CPA on neither side."""
    account = subject.account
    since = day_start(local_day(now, account.zone) - timedelta(days=DAYS), account.zone)
    read = hours_of(account, subject.level, subject.meta_id, since, now)
    found = [one for one in with_filled_hours(account, read) if one.hours == 1]
    currency = account.currency
    heads = (
        Head("Hour", title=account.timezone_name),
        Head("Days seen", num=True),
        Head(f"Spend, {currency}", num=True, csv=f"Spend ({currency})"),
        Head("Impressions", num=True),
        Head("Clicks", num=True),
        Head("CTR", num=True, csv="CTR (%)"),
        Head("Conversions", num=True),
        Head(f"CPA, {currency}", num=True, csv=f"CPA ({currency})"),
    )
    rows = [_row(hour, [one for one in found if one.local_hour == hour], currency) for hour in range(24)]
    note = (
        f"last {DAYS} days and today, hours of {account.timezone_name}; conversions in the hour when Meta showed them"
    )
    empty = "Hours appear as they are read: the past before the account was connected is known by days only."
    return Table("hours", "By hour of the day", heads, rows if found else [], note, empty)


def _row(hour: int, seen: Sequence[Snapshot], currency: str) -> Row:
    spend = _sum(one.spend for one in seen)
    impressions, clicks = _sum(one.impressions for one in seen), _sum(one.clicks for one in seen)
    conversions = _sum(one.conversions for one in seen if not one.filled)
    their_spend = _sum(one.spend for one in seen if not one.filled)
    return (
        Cell(f"{hour:02}:00", f"{hour:02}:00"),
        table.count(len(seen)),
        table.money(spend, currency),
        table.count(_number(impressions)),
        table.count(_number(clicks)),
        table.percent(_number(_ratio(clicks, impressions, 100))),
        table.count(_number(conversions)),
        table.money(_ratio(their_spend, conversions, 1), currency),
    )


def _sum(values: Iterable[Decimal | int | None]) -> Decimal | None:
    """Unknown if there is none, or one of them is."""
    held = list(values)
    known = [Decimal(value) for value in held if value is not None]
    return sum(known, Decimal(0)) if held and len(known) == len(held) else None


def _ratio(over: Decimal | None, under: Decimal | None, scale: int) -> Decimal | None:
    return None if over is None or not under else over / under * scale


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
