"""Gaps: hours that passed unread, and days that are missing. Found, shown, filled again.

An hour missed is not lost, its sums stay one interval (`intelligence.collect.hours`); what is missing is how they fall
into hours. That Meta's hourly breakdown tells later, asked by report at campaign level only, and without reach and web
purchases: those stay unknown per hour. Days missed are read again as a whole (`intelligence.collect.due`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from intelligence.collect.hours import LAG, hour_of
from intelligence.collect.runs import plan
from intelligence.collect.store import Slot, confirmed, keep
from intelligence.collect.totals import from_rows
from intelligence.filled import slot_name
from intelligence.metrics import windows
from intelligence.models import Freshness, Gap, Reading, ReportRun
from intelligence.totals import Totals, unpack_totals
from metaads.models import AdAccount, Level
from metaads.reader.insights import InsightRow
from metaads.reader.narrowed import hourly_row, local_hour

_HOUR = timedelta(hours=1)
LONGEST = timedelta(days=7)
"""What is older is a matter of days: hourly figures are not kept longer (spec 10, Retention)."""


def note_gap(account: AdAccount, level: str, before: datetime | None, now: datetime) -> Gap | None:
    """Notes the clock hours between two reads of the campaigns that no read completed; None if there are none."""
    if level != Level.CAMPAIGN or before is None:
        return None
    last = hour_of(before, windows.local_day(before, account.zone), account)
    this = hour_of(now, windows.local_day(now, account.zone), account)
    if this - last <= max(_HOUR, settings.INSIGHTS_COLLECTION_INTERVAL):
        return None
    since = max(last + _HOUR, this - LONGEST)
    found, _ = Gap.objects.get_or_create(
        account=account, since=since, defaults={"until": this + _HOUR, "found_at": now}
    )
    return found


def plan_gaps(account: AdAccount, now: datetime) -> int:
    """Wants reports for the open gaps whose last hour Meta shows by now; answers the number of new reports."""
    days: set[date] = set()
    for gap in Gap.objects.filter(account=account, filled_at=None, until__lte=now - LAG):
        days |= {day for day, _ in hours_in(account, gap)}
    return plan(account, ReportRun.Purpose.GAP, Level.CAMPAIGN, days) if days else 0


def fill(account: AdAccount, days: tuple[date, date], raws: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Stores Meta's hourly figures of campaigns where an open gap lies; answers the number of hours.

    Where clocks go back, the hour that comes twice is one row of Meta's: both together.
    """
    rows: dict[tuple[date, int], list[InsightRow]] = {}
    for raw in raws:
        row = hourly_row(raw)
        rows.setdefault((row.day, local_hour(raw)), []).append(row)
    gaps = list(Gap.objects.filter(account=account, filled_at=None, until__lte=now - LAG))
    wanted = {slot for gap in gaps for slot in hours_in(account, gap) if days[0] <= slot[0] <= days[1]}
    for day, hour in sorted(wanted):
        keep(Slot(account, Level.CAMPAIGN, day, slot_name(hour)), from_rows(rows.get((day, hour), [])), now)
    for gap in gaps:
        if _filled(account, gap):
            Gap.objects.filter(pk=gap.pk).update(filled_at=now)
    return len(wanted)


def hours_in(account: AdAccount, gap: Gap) -> list[tuple[date, int]]:
    """The (account day, local hour) pairs that it touches."""
    count = windows.hours_between(gap.since, gap.until)
    local = [(gap.since + n * _HOUR).astimezone(account.zone) for n in range(count)]
    return list(dict.fromkeys((moment.date(), moment.hour) for moment in local))


def _filled(account: AdAccount, gap: Gap) -> bool:
    """Once each of its hours was read after it was found; some of its days' reports may still be under way."""
    wanted = {(day, slot_name(hour)) for day, hour in hours_in(account, gap)}
    held = Reading.objects.filter(
        account=account, level=Level.CAMPAIGN, day__in={day for day, _ in wanted}, confirmed_at__gte=gap.found_at
    ).values_list("day", "window")
    return wanted <= set(held)


@dataclass(frozen=True)
class MissingHours:
    """A gap as pages show it. Times are UTC; `filled_at` None = not yet. `per_hour`: what is known of each hour now."""

    since: datetime
    until: datetime
    hours: int
    filled_at: datetime | None
    per_hour: str


@dataclass(frozen=True)
class Gaps:
    """What is missing since a day: hours that were never read one by one, and whole days by level."""

    hours: tuple[MissingHours, ...]
    days: dict[str, tuple[date, ...]]

    @property
    def open(self) -> bool:
        return any(self.days.values()) or any(one.filled_at is None for one in self.hours)


def gaps(account: AdAccount, since: date, now: datetime) -> Gaps:
    """What is missing from the account day `since` on, as seen at business time `now`. Five queries."""
    start, today = windows.day_start(since, account.zone), windows.local_day(now, account.zone)
    rows = Gap.objects.filter(account=account, until__gt=start).order_by("-since")
    return Gaps(
        tuple(map(_shown, rows)), {level: _missing_days(account, level, since, today) for level in Level.values}
    )


def _shown(gap: Gap) -> MissingHours:
    known = "campaigns, without reach and web purchases" if gap.filled_at else "nothing yet; the sum is complete"
    return MissingHours(gap.since, gap.until, windows.hours_between(gap.since, gap.until), gap.filled_at, known)


def _missing_days(account: AdAccount, level: str, since: date, today: date) -> tuple[date, ...]:
    """Days before today without any reading, from where the history begins (or is wanted from) on."""
    first = Freshness.objects.filter(account=account, level=level).values_list("history_from", flat=True).first()
    if first is None:
        return ()
    held = confirmed(account, level, (max(first, since), today))
    count = (today - max(first, since)).days
    days = (today - timedelta(days=ago) for ago in range(1, count + 1))
    return tuple(day for day in days if day not in held)


def hour_of_campaigns(account: AdAccount, day: date, hour: int) -> Totals | None:
    """What Meta's breakdown said of one local hour, by campaign; None where it was never asked."""
    rows = Reading.objects.filter(account=account, level=Level.CAMPAIGN, day=day, window=slot_name(hour))
    packed = rows.order_by("-read_at").values_list("packed", flat=True).first()
    return None if packed is None else unpack_totals(packed)
