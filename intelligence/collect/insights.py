"""Collecting one account: today's totals of all three levels, and the past days that are due.

1. For each level, parents first, read whole days to the last page (no row is stored before that).
2. Store days, hours and freshness of that read in one transaction: a crash leaves the last complete state.
3. Leave long ranges of large accounts to Meta's reports (`intelligence.collect.reports`).
4. Read Meta's reach of whole windows, once a day each.

While the rate budget is short only today is read, and of today what delivers first. Only reads at Meta. A failure is
recorded and answered, not raised: other accounts and levels go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from intelligence.collect.due import due_days, ranges, recent
from intelligence.collect.gaps import note_gap
from intelligence.collect.hours import keep_hours
from intelligence.collect.live import active_first
from intelligence.collect.pages import Pages
from intelligence.collect.reach import collect_reach
from intelligence.collect.runs import plan
from intelligence.collect.settle import settle
from intelligence.collect.size import at_once
from intelligence.collect.store import Slot, keep
from intelligence.memory import give_back
from intelligence.metrics import windows
from intelligence.models import Freshness, ReportRun
from metaads import switch
from metaads.clock import machine_now as wall
from metaads.graph.budget import Priority, is_short
from metaads.graph.client import GraphClient, client_for
from metaads.graph.errors import MetaError, RateLimited, TokenInvalid
from metaads.models import AdAccount, Level
from metaads.reader.insights import read_insights

LEVELS: tuple[str, ...] = (Level.CAMPAIGN, Level.AD_SET, Level.AD)
"""Parents first: a child read later has had no less time to deliver, so nothing seems left out."""
FINAL = (RateLimited, TokenInvalid)
"""After these the next call would fail as well."""


@dataclass
class CollectResult:
    """What one collection did. `problems` by level (or "reach"): sentences for people."""

    account_id: int
    rows: dict[str, int] = field(default_factory=dict)
    days: int = 0
    changed: int = 0
    hours: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    wait: timedelta = timedelta(0)

    @property
    def ok(self) -> bool:
        return not self.problems


def collect(
    account: AdAccount, now: datetime, machine_now: datetime | None = None, levels: Sequence[str] = LEVELS
) -> CollectResult:
    """Reads what is due at business time `now` (aware UTC). Raises SwitchedOff before any call if collection is off.

    `machine_now` (the wall clock) is given by doors that retry by themselves: after a failure
    `account.next_collect_at` is set from it.
    """
    switch.require(switch.COLLECTION)
    result = CollectResult(account.pk)
    if not account.active or account.read_only:
        result.problems["account"] = f"{account.name} is not watched: nothing was read."
        return result
    client, short = client_for(account), is_short(account, wall())
    try:
        for level in levels:
            _try_level(client, account, level, now, result, short)
        if result.ok and not short:
            collect_reach(client_for(account, priority=Priority.RESTATE), account, levels, now)
    except MetaError as error:
        unread = [level for level in levels if level not in result.rows]
        note_problem(account, unread, str(error), result)
        result.problems.setdefault("reach", str(error))
        result.wait = error.retry_after if isinstance(error, RateLimited) else timedelta(0)
    settle(account, result.problems, result.wait, machine_now)
    return result


def _try_level(
    client: GraphClient, account: AdAccount, level: str, now: datetime, result: CollectResult, short: bool
) -> None:
    """One level; its failure is recorded in its freshness. Raises only what the next level would meet as well."""
    today = windows.local_day(now, account.zone)
    try:
        if short:
            read_today_active_first(client, account, level, now, result)
            return
        soon, older = recent(due_days(account, level, now), today)
        if older and not at_once(account, level, len(older)):
            plan(account, ReportRun.Purpose.RESTATE, level, older)
            older = []
        for first, last in ranges([*soon, *older]):
            read_range(client, account, level, (first, last), now, result)
    except MetaError as error:
        note_problem(account, [level], str(error), result)
        if isinstance(error, FINAL):
            raise


def note_problem(account: AdAccount, levels: Sequence[str], problem: str, result: CollectResult) -> None:
    """Says beside the age of the data why they are not newer. The last complete read stays as it is."""
    for level in levels:
        result.problems[level] = problem
        Freshness.objects.update_or_create(account=account, level=level, defaults={"problem": problem})


def read_range(
    client: GraphClient,
    account: AdAccount,
    level: str,
    days: tuple[date, date],
    now: datetime,
    result: CollectResult,
) -> None:
    """Reads whole days to the end, then stores them in one transaction. Days without rows are stored as such."""
    pages = Pages(*days)
    for page in read_insights(client, account, level, *days):
        pages.add(page)
    store_days(account, level, days, pages, now, result)
    give_back(pages.rows)


def read_today_active_first(
    client: GraphClient, account: AdAccount, level: str, now: datetime, result: CollectResult
) -> None:
    """Today alone, in two reads. If the second one fails, what delivers is known all the same."""
    today = windows.local_day(now, account.zone)
    pages = Pages(today, today)
    active_first(client, account, level, today, now, pages)
    store_days(account, level, (today, today), pages, now, result)


@transaction.atomic
def store_days(
    account: AdAccount, level: str, days: tuple[date, date], pages: Pages, now: datetime, result: CollectResult
) -> None:
    """What a complete read of these account days gave, as known at `now`: the days' totals, hours and freshness."""
    freshness, _ = Freshness.objects.select_for_update().get_or_create(account=account, level=level)
    for offset in range((days[1] - days[0]).days + 1):
        day = days[0] + timedelta(days=offset)
        totals = pages.of(day)
        result.hours += keep_hours(account, level, day, totals, now)
        result.changed += keep(Slot(account, level, day), totals, now)
        result.days += 1
        if day == windows.local_day(now, account.zone):
            result.rows[level] = len(totals)
            note_gap(account, level, freshness.read_at, now)
            freshness.read_at = max(now, freshness.read_at or now)
            freshness.problem = ""
            freshness.save(update_fields=["read_at", "problem"])
