"""Reach of whole windows, which can't be added up from days: one read per level and window a day. With the window of
whole lives come their sums.

The 7-day window comes first, as soon as yesterday has ended (and once for the day before, so that its change can be
told at once). Each longer one has a minute of its own in the account's night, so that neither the accounts nor the
windows of one come together; what is still missing after it (a first connection, a night without us) comes one a
collection.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intelligence.collect.due import in_night
from intelligence.collect.store import Slot, confirmed, keep
from intelligence.collect.totals import from_rows
from intelligence.metrics import windows
from intelligence.metrics.lifetime import OLDEST_DAYS
from metaads.graph.client import GraphClient
from metaads.models import AdAccount
from metaads.reader.insights import ALL_DAYS, InsightRow, read_insights

FIRST = "7d"
LATER = ("14d", "28d", "30d", windows.LIFETIME)


def collect_reach(client: GraphClient, account: AdAccount, levels: Sequence[str], now: datetime) -> int:
    """Reads what is missing; answers the number of reads. Raises metaads.graph.errors."""
    reads = 0
    for level in levels:
        for window, last_day in missing(account, level, now):
            _read(client, account, level, window, last_day, now)
            reads += 1
    return reads


def missing(account: AdAccount, level: str, now: datetime) -> list[tuple[str, date]]:
    """Windows to read at business time `now`, with the day that each ends on."""
    today = windows.local_day(now, account.zone)
    days = (today - timedelta(days=2), today - timedelta(days=1))
    held = confirmed(account, level, days, FIRST)
    answer = [(FIRST, day) for day in days if day not in held]
    due = [window for window in LATER if in_night(account, today, window) <= now]
    for window in due:
        if not confirmed(account, level, (days[1], days[1]), window):
            return [*answer, (window, days[1])]
    return answer


def _read(client: GraphClient, account: AdAccount, level: str, window: str, last_day: date, now: datetime) -> None:
    days = OLDEST_DAYS if window == windows.LIFETIME else windows.COMPLETE_DAYS[window]
    first_day = last_day - timedelta(days=days - 1)
    rows: list[InsightRow] = []
    for page in read_insights(client, account, level, first_day, last_day, increment=ALL_DAYS):
        rows.extend(page)
    keep(Slot(account, level, last_day, window), from_rows(rows), now)
