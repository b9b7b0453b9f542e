"""Back-fill of an account's past, newest days first, resumable at any point.

What is small is read at once; a large account's days are asked for by report (`intelligence.collect.size` decides) and
come in by `intelligence.collect.reports`, in bounded turns of work beside the hourly reads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from intelligence.collect.due import history_from, ranges
from intelligence.collect.insights import LEVELS, CollectResult, read_range
from intelligence.collect.job import Progress, job_of, missing, note, progress, wanted_days
from intelligence.collect.reports import carry
from intelligence.collect.runs import plan
from intelligence.collect.size import at_once
from intelligence.collect.store import confirmed
from intelligence.metrics import windows
from intelligence.models import Backfill, Freshness, ReportRun
from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import client_for
from metaads.graph.errors import MetaError
from metaads.models import AdAccount

TURN = timedelta(seconds=20)
"""Of work between two looks at the progress, where somebody watches."""


@dataclass
class BackfillResult:
    """First day covered without a gap by level (absent: none), days read now, reports wanted by now for the rest, and
    what stopped it ("" = nothing)."""

    account_id: int
    covered_from: dict[str, date] = field(default_factory=dict)
    days: int = 0
    reports: int = 0
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


def backfill(account: AdAccount, now: datetime, days: int, levels: Sequence[str] = LEVELS) -> BackfillResult:
    """Fetches the `days` complete account days before today that were never read; asks for none twice.

    Small levels are read now; for large ones reports are wanted. A cancelled back-fill stays as it is.
    Raises SwitchedOff. A failure ends it with what it has; the next call goes on from there.
    """
    switch.require(switch.COLLECTION)
    result = BackfillResult(account.pk)
    if job_of(account, now, days).state == Backfill.State.CANCELLED:
        return result
    try:
        for level in levels:
            _level(account, level, now, days, result)
    except MetaError as error:
        result.problem = str(error)
    cover(account, now, days, levels, result)
    note(account, now, days, result.problem)
    return result


def _level(account: AdAccount, level: str, now: datetime, days: int, result: BackfillResult) -> None:
    lacking = missing(account, level, wanted_days(account, now, days))
    if lacking and not at_once(account, level, len(lacking)):
        result.reports += plan(account, ReportRun.Purpose.HISTORY, level, lacking)
        return
    client = client_for(account, priority=Priority.HISTORY)
    for span in ranges(lacking):
        done = CollectResult(account.pk)
        read_range(client, account, level, span, now, done)
        result.days += done.days
        cover(account, now, days, [level], result)


def work_on(account: AdAccount, now: datetime, days: int, patience: timedelta) -> BackfillResult:
    """`backfill`, then the account's reports for at most `patience` (machine time). Raises SwitchedOff."""
    result = backfill(account, now, days)
    carried = carry(account, now, patience)
    result.days += carried.days
    result.reports, result.problem = carried.left, result.problem or carried.problem
    cover(account, now, days, LEVELS, result)
    note(account, now, days, result.problem)
    return result


def to_the_end(
    account: AdAccount, now: datetime, days: int, show: Callable[[Progress], None] | None = None
) -> BackfillResult:
    """Works until everything is there, or something stops it; `show` is told how far it is after each turn."""
    total = 0
    while True:
        result = work_on(account, now, days, TURN)
        total += result.days
        state = progress(account)
        if show is not None and state is not None:
            show(state)
        if not result.ok or not result.reports:
            result.days = total
            return result


def missing_days(account: AdAccount, now: datetime, days: int) -> int:
    """Level-days that the back-fill still has to fetch (0 = done)."""
    wanted = wanted_days(account, now, days)
    return sum(len(missing(account, level, wanted)) for level in LEVELS)


def cover(account: AdAccount, now: datetime, days: int, levels: Sequence[str], result: BackfillResult) -> None:
    """Keeps the first day from which on every day is held, for pages to show and for gaps to be found."""
    today = windows.local_day(now, account.zone)
    for level in levels:
        held = confirmed(account, level, (today - timedelta(days=days), today - timedelta(days=1)))
        first = today
        while first - timedelta(days=1) in held:
            first -= timedelta(days=1)
        if first < today:
            result.covered_from[level] = first
            if history_from(account, level) != first:
                Freshness.objects.update_or_create(account=account, level=level, defaults={"history_from": first})
