"""Reach of whole windows, which can't be added up from days: one read per level and window a day.

The 7-day window comes first, as soon as yesterday has ended (and once for the day before, so that its change can be
told at once); the longer ones follow one a collection, so that their calls are spread over the hours.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intelligence.collect.store import Slot, confirmed, keep
from intelligence.collect.totals import from_rows
from intelligence.metrics import windows
from metaads.graph.client import GraphClient
from metaads.models import AdAccount
from metaads.reader.insights import ALL_DAYS, InsightRow, read_insights

FIRST = "7d"
LATER = ("14d", "28d", "30d")


def collect_reach(client: GraphClient, account: AdAccount, levels: Sequence[str], now: datetime) -> int:
    """Reads what is missing; answers the number of reads. Raises metaads.graph.errors."""
    today = windows.local_day(now, account.zone)
    reads = 0
    for level in levels:
        for window, last_day in missing(account, level, today):
            _read(client, account, level, window, last_day, now)
            reads += 1
    return reads


def missing(account: AdAccount, level: str, today: date) -> list[tuple[str, date]]:
    """Windows to read now, with the day that each ends on."""
    days = (today - timedelta(days=2), today - timedelta(days=1))
    held = confirmed(account, level, days, FIRST)
    answer = [(FIRST, day) for day in days if day not in held]
    for window in LATER:
        if not confirmed(account, level, (days[1], days[1]), window):
            return [*answer, (window, days[1])]
    return answer


def _read(client: GraphClient, account: AdAccount, level: str, window: str, last_day: date, now: datetime) -> None:
    first_day = last_day - timedelta(days=windows.COMPLETE_DAYS[window] - 1)
    rows: list[InsightRow] = []
    for page in read_insights(client, account, level, first_day, last_day, increment=ALL_DAYS):
        rows.extend(page)
    keep(Slot(account, level, last_day, window), from_rows(rows), now)
