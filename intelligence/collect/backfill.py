"""Back-fill of an account's past: week by week, newest first, resumable at any point."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from intelligence.collect.due import ranges
from intelligence.collect.insights import LEVELS, CollectResult, read_range
from intelligence.collect.store import confirmed
from intelligence.metrics import windows
from intelligence.models import Freshness
from metaads import switch
from metaads.graph.client import client_for
from metaads.graph.errors import MetaError
from metaads.models import AdAccount


@dataclass
class BackfillResult:
    """First day covered without a gap by level (absent: none), days read now, and what stopped it ("" = nothing)."""

    account_id: int
    covered_from: dict[str, date] = field(default_factory=dict)
    days: int = 0
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


def backfill(account: AdAccount, now: datetime, days: int, levels: Sequence[str] = LEVELS) -> BackfillResult:
    """Reads the `days` complete account days before today that were never read. Days already held are not asked again.

    Raises SwitchedOff. A failure ends it with what it has; the next call goes on from there.
    """
    switch.require(switch.COLLECTION)
    result = BackfillResult(account.pk)
    today = windows.local_day(now, account.zone)
    wanted = [today - timedelta(days=ago) for ago in range(1, days + 1)]
    try:
        client = client_for(account)
        for level in levels:
            held = confirmed(account, level, (wanted[-1], wanted[0]))
            for span in ranges(day for day in wanted if day not in held):
                done = CollectResult(account.pk)
                read_range(client, account, level, span, now, done)
                result.days += done.days
                _note_progress(account, level, today, days, result)
    except MetaError as error:
        result.problem = str(error)
    for level in levels:
        _note_progress(account, level, today, days, result)
    return result


def missing_days(account: AdAccount, now: datetime, days: int) -> int:
    """Level-days that the back-fill still has to read (0 = done)."""
    today = windows.local_day(now, account.zone)
    span = (today - timedelta(days=days), today - timedelta(days=1))
    return sum(days - len(confirmed(account, level, span)) for level in LEVELS)


def _note_progress(account: AdAccount, level: str, today: date, days: int, result: BackfillResult) -> None:
    """Keeps the first day from which on every day is held, for pages to show and for gaps to be found."""
    held = confirmed(account, level, (today - timedelta(days=days), today - timedelta(days=1)))
    first = today
    while first - timedelta(days=1) in held:
        first -= timedelta(days=1)
    if first < today:
        result.covered_from[level] = first
        Freshness.objects.update_or_create(account=account, level=level, defaults={"history_from": first})
