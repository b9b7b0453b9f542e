"""Which days must be read again, and why: Meta restates figures for 28 days, most in the first three.

| day                 | read again after                        |
| ------------------- | --------------------------------------- |
| today               | at every collection                     |
| 1 to 3 days ago     | 6 hours (campaigns: every collection)   |
| 4 to 28 days ago    | the account's next night                |
| any of them         | at once, if never read since it ended   |

Days before the back-fill's first day are not asked for here. An account's night re-read falls due between one and five
o'clock of its own time, each account at a minute of its own, so that a thousand accounts do not start together.
"""

import zlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from intelligence.collect.store import confirmed
from intelligence.metrics import windows
from intelligence.models import Freshness
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared

RESTATED_DAYS = 28
RECENT_DAYS = 3
RECENT_AFTER = timedelta(hours=6)
NIGHT_FROM, NIGHT_MINUTES = timedelta(hours=1), 240
CHUNK_DAYS = 7
"""Days in one read: 10,000 ads of a week are 140 pages, and what was read before a failure stays."""


def due_days(account: AdAccount, level: str, now: datetime) -> list[date]:
    """Days to read, newest first; today is always one of them."""
    today = windows.local_day(now, account.zone)
    earliest = today - timedelta(days=RESTATED_DAYS)
    read = confirmed(account, level, (earliest, today))
    start = history_from(account, level)
    days = (today - timedelta(days=ago) for ago in range(RESTATED_DAYS + 1))
    return [day for day in days if _is_due(account, level, day, today, now, read.get(day), start)]


def _is_due(
    account: AdAccount, level: str, day: date, today: date, now: datetime, read: datetime | None, start: date | None
) -> bool:
    if day == today:
        return True
    if read is None:
        return start is not None and day >= start
    if read < windows.day_end(day, account.zone):
        return True
    if (today - day).days > RECENT_DAYS:
        return read < last_night(account, now)
    return now - read >= (timedelta(0) if level == Level.CAMPAIGN else RECENT_AFTER)


def last_night(account: AdAccount, now: datetime) -> datetime:
    """The latest moment, not after `now`, at which this account's night re-read fell due (aware UTC)."""
    today = windows.local_day(now, account.zone)
    tonight = in_night(account, today)
    return tonight if tonight <= now else in_night(account, today - timedelta(days=1))


def in_night(account: AdAccount, day: date, what: str = "") -> datetime:
    """When `what` falls due in the night that begins `day` (aware UTC): at a minute of its own in each account."""
    minute = timedelta(minutes=zlib.crc32(f"{account.meta_id}{what}".encode()) % NIGHT_MINUTES)
    return windows.day_start(day, account.zone) + NIGHT_FROM + minute


def recent(days: Iterable[date], today: date) -> tuple[list[date], list[date]]:
    """(today and the three days before it, older days): the older ones may be fetched by a report."""
    split: tuple[list[date], list[date]] = ([], [])
    for day in days:
        split[(today - day).days > RECENT_DAYS].append(day)
    return split


def history_from(account: AdAccount, level: str) -> date | None:
    """The first day from which on every day is held, as the back-fill kept it; None = it kept none."""
    return _HISTORY.first(account.pk, level)


_HISTORY = Prepared(
    lambda account, level: Freshness.objects.filter(account_id=account, level=level).values_list(
        "history_from", flat=True
    )[:1]
)


def ranges(days: Iterable[date], longest: int = CHUNK_DAYS) -> list[tuple[date, date]]:
    """Days as ranges of neighbours (first, last), newest range first, none longer than `longest` days."""
    answer: list[tuple[date, date]] = []
    for day in sorted(set(days), reverse=True):
        if answer and answer[-1][0] - day == timedelta(days=1) and (answer[-1][1] - day).days < longest:
            answer[-1] = (day, answer[-1][1])
        else:
            answer.append((day, day))
    return answer
