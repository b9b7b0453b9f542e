"""Windows: the spans that sums are taken over, in the account's own days.

`15min 1h 24h` end at the last reading. `today` runs since the account's midnight. `yesterday 3d 7d 14d 28d 30d` are
complete account days before today (as Meta's `last_Nd`). `<N>d_incl_today` is N account days, today the last of them.
`lifetime` runs since creation. A day with a change of clocks has 23 or 25 hours; hours are counted in UTC.
"""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TODAY, YESTERDAY, LIFETIME = "today", "yesterday", "lifetime"
SHORT: dict[str, timedelta] = {
    "15min": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
}
COMPLETE_DAYS: dict[str, int] = {YESTERDAY: 1, "3d": 3, "7d": 7, "14d": 14, "28d": 28, "30d": 30}
MAX_DAYS = 30
WINDOWS: tuple[str, ...] = (*SHORT, TODAY, *COMPLETE_DAYS, LIFETIME)

_INCLUDING = re.compile(r"([1-9]\d?)d_incl_today")
_SUFFIX = re.compile(rf"(.+?)_({'|'.join(WINDOWS)}|[1-9]\d?d_incl_today)")
_HOUR = timedelta(hours=1)


def is_window(text: str) -> bool:
    """Whether `text` names a window that we keep days for."""
    return text in WINDOWS or including_days(text) is not None


def including_days(window: str) -> int | None:
    """N of `<N>d_incl_today` (1 to 31), None for any other text."""
    match = _INCLUDING.fullmatch(window)
    days = int(match[1]) if match else 0
    return days if 1 <= days <= MAX_DAYS + 1 else None


def split(name: str) -> tuple[str, str | None]:
    """`cpa_7d` -> ("cpa", "7d"); a name without a window -> (name, None)."""
    match = _SUFFIX.fullmatch(name)
    if match and is_window(match[2]):
        return match[1], match[2]
    return name, None


def day_offsets(window: str) -> tuple[int, int] | None:
    """First and last day of the window as days before today (7, 1); None for 15min, 1h, 24h and lifetime."""
    if window == TODAY:
        return 0, 0
    if window in COMPLETE_DAYS:
        return COMPLETE_DAYS[window], 1
    including = including_days(window)
    return None if including is None else (including - 1, 0)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The account's date at an aware moment."""
    return moment.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Aware UTC start of an account's day. Where clocks skip midnight, the first moment that exists."""
    naive_midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return naive_midnight.astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Aware UTC end (exclusive) of an account's day."""
    return day_start(day + timedelta(days=1), zone)


def elapsed_share(moment: datetime, zone: ZoneInfo) -> float:
    """How much of the account's day has passed at `moment`, 0 to 1, with 23 and 25 hour days right."""
    day = local_day(moment, zone)
    start, end = day_start(day, zone), day_end(day, zone)
    return (moment - start) / (end - start)


def hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """Aware UTC start of the account's clock hour around `moment` (half past in UTC for India)."""
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def hours_between(first: datetime, last: datetime) -> int:
    """Whole clock hours from one hour start to another, counted in real time."""
    return round((last - first) / _HOUR)
