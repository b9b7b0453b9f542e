"""Carrying an account's reports: ask Meta for them, look whether they are ready, read and store them.

Each step is stored before the next begins, so a process that is killed between any two leaves a state to go on from:
a report that was asked for has its id here and is looked at again; its rows are stored, and the report forgotten, in
one transaction. Work is bounded by `patience`; the queue's next task goes on. One worker an account: a lease that is
renewed at each step, and runs out soon after a worker that died (two at once would only read twice).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from intelligence.collect.gaps import fill, plan_gaps
from intelligence.collect.insights import FINAL, CollectResult, read_range, store_days
from intelligence.collect.job import job_of
from intelligence.collect.pages import Pages
from intelligence.collect.runs import in_order, split
from intelligence.memory import give_back
from intelligence.models import Backfill, ReportRun
from metaads import switch
from metaads.clock import machine_now
from metaads.graph.budget import Priority
from metaads.graph.client import GraphClient, client_for
from metaads.graph.errors import MetaError, RateLimited, TooMuchData
from metaads.models import AdAccount, Level
from metaads.reader.insights import insights_params
from metaads.reader.narrowed import hourly_params
from metaads.reader.reports import run_pages, run_rows, run_status, start_run

AT_A_TIME = 4
"""Reports of one account that Meta prepares at once; while it does, finished ones are read."""
LEASE = timedelta(seconds=20)
FIRST_LOOK, LAST_LOOK = timedelta(seconds=2), timedelta(seconds=60)
QUICK_LOOK = timedelta(milliseconds=50)
"""A sandbox has its reports ready at once."""
OVERDUE = timedelta(hours=1)
"""Meta says up to an hour (reference 4.3); after that another report is asked for."""
TRIES = 3
RETRY, REST = timedelta(seconds=5), timedelta(hours=1)
_RUNS = ReportRun.objects


@dataclass
class Carried:
    """What one turn of work did. `left`: reports still wanted. `busy`: another worker is at it."""

    account_id: int
    reports: int = 0
    days: int = 0
    left: int = 0
    problem: str = ""
    busy: bool = False

    @property
    def ok(self) -> bool:
        return not self.problem


@dataclass
class Work:
    """One worker's turn at one account. `clock` and `pause` are machine time."""

    account: AdAccount
    now: datetime
    client: GraphClient
    deadline: datetime
    result: Carried
    clock: Callable[[], datetime] = machine_now
    pause: Callable[[float], None] = sleep
    failures: int = 0

    def hold(self) -> None:
        """Keeps the lease."""
        Backfill.objects.filter(account=self.account).update(lease_until=self.clock() + LEASE)


def carry(
    account: AdAccount,
    now: datetime,
    patience: timedelta,
    clock: Callable[[], datetime] = machine_now,
    pause: Callable[[float], None] = sleep,
) -> Carried:
    """Goes on with the account's reports for at most `patience` (machine time). `now`: business time of what is read.

    Raises SwitchedOff. Failures at Meta are answered; what was stored stays.
    """
    switch.require(switch.COLLECTION)
    result = Carried(account.pk)
    plan_gaps(account, now)
    if not _RUNS.filter(account=account).exists():
        return result
    if not _lease(account, now, clock()):
        result.busy, result.left = True, _RUNS.filter(account=account).count()
        return result
    client = client_for(account, priority=Priority.HISTORY)
    work = Work(account, now, client, clock() + patience, result, clock, pause)
    try:
        while work.clock() < work.deadline and work.failures < TRIES and _turn(work):
            work.hold()
    except MetaError as error:
        result.problem = str(error)
    Backfill.objects.filter(account=account).update(lease_until=None, problem=result.problem)
    result.left = _RUNS.filter(account=account).count()
    return result


def _lease(account: AdAccount, now: datetime, moment: datetime) -> bool:
    """Whether this worker may carry the account's reports now."""
    job_of(account, now, settings.INITIAL_HISTORICAL_DAYS)
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    return Backfill.objects.filter(free, account=account).update(lease_until=moment + LEASE) == 1


def _turn(work: Work) -> bool:
    """One step of one report; False when there is nothing more to do in this turn of work."""
    runs = in_order(_RUNS.filter(account=work.account))
    due = [run for run in runs if run.look_at <= work.clock()]
    asked = sum(bool(run.run_id) for run in runs)
    waiting = [run for run in due if not run.run_id]
    if waiting and asked < AT_A_TIME:
        return _attempt(work, waiting[0], _ask)
    if ready := [run for run in due if run.ready]:
        return _attempt(work, ready[0], _read)
    if looked := [run for run in due if run.run_id]:
        return _attempt(work, looked[0], _look)
    return _rest(work, runs)


def _rest(work: Work, runs: list[ReportRun]) -> bool:
    """Waits for the next report, if it comes within the time that is left."""
    coming = min((run.look_at for run in runs), default=None)
    if coming is None or coming >= work.deadline:
        return False
    wait = min(coming - work.clock(), LEASE / 2)
    work.pause(max(wait.total_seconds(), 0.0))
    return True


def _attempt(work: Work, run: ReportRun, step: Callable[[Work, ReportRun], None]) -> bool:
    """One step; what fails there is tried again later, or in smaller parts. Raises what every next call would meet."""
    try:
        step(work, run)
    except TooMuchData as error:
        _too_much(work, run, str(error))
    except FINAL as error:
        wait = error.retry_after if isinstance(error, RateLimited) else REST
        _RUNS.filter(account=work.account).update(look_at=work.clock() + min(wait, REST))
        raise
    except MetaError as error:
        _failed(work, run, str(error))
    return True


def _ask(work: Work, run: ReportRun) -> None:
    if run.purpose == ReportRun.Purpose.GAP:
        params = hourly_params(run.first_day, run.last_day)
    else:
        params = insights_params(Level(run.level), run.first_day, run.last_day)
    run_id = start_run(work.client, work.account, params)
    moment = work.clock()
    _RUNS.filter(pk=run.pk).update(
        run_id=run_id, started_at=moment, look_at=moment + _patience(work, 0), looks=0, percent=0, ready=False
    )


def _look(work: Work, run: ReportRun) -> None:
    status, moment = run_status(work.client, run.run_id), work.clock()
    if status.failed or status.gone:
        _failed(work, run, status.problem, again=True)
    elif status.finished:
        _RUNS.filter(pk=run.pk).update(ready=True, percent=100, look_at=moment)
    elif run.started_at is not None and moment - run.started_at > OVERDUE:
        _failed(work, run, "Meta has not finished the report within an hour.", again=True)
    else:
        later = moment + _patience(work, run.looks + 1)
        _RUNS.filter(pk=run.pk).update(looks=F("looks") + 1, percent=status.percent, look_at=later)


def _patience(work: Work, looks: int) -> timedelta:
    first = QUICK_LOOK if work.account.connection.sandbox else FIRST_LOOK
    return min(first * (1 << min(looks, 8)), LAST_LOOK)


def _read(work: Work, run: ReportRun) -> None:
    """Reads the rows to the end, then stores them and forgets the report in one transaction."""
    if run.purpose == ReportRun.Purpose.GAP:
        raws = [raw for page in run_pages(work.client, run.run_id) for raw in page]
        with transaction.atomic():
            fill(work.account, (run.first_day, run.last_day), raws, work.now)
            _done(work, run)
        return
    pages = Pages(run.first_day, run.last_day)
    for rows in run_rows(work.client, work.account, run.run_id, run.level):
        pages.add(rows)
        work.hold()
    with transaction.atomic():
        if _wanted(run):
            days = (run.first_day, run.last_day)
            store_days(work.account, run.level, days, pages, work.now, CollectResult(work.account.pk))
        _done(work, run)
    give_back(pages.rows)


def _wanted(run: ReportRun) -> bool:
    """Not cancelled meanwhile."""
    return _RUNS.filter(pk=run.pk).exists()


def _done(work: Work, run: ReportRun) -> None:
    _RUNS.filter(pk=run.pk).delete()
    work.result.reports += 1
    work.result.days += (run.last_day - run.first_day).days + 1
    work.failures, work.result.problem = 0, ""


def _too_much(work: Work, run: ReportRun, problem: str) -> None:
    """Half the days each; a single day is read without a report, in small pages."""
    if run.first_day < run.last_day:
        split(run)
        return
    if run.purpose == ReportRun.Purpose.GAP:
        _failed(work, run, problem, again=True)
        return
    days = (run.first_day, run.last_day)
    read_range(work.client, work.account, run.level, days, work.now, CollectResult(work.account.pk))
    _done(work, run)


def _failed(work: Work, run: ReportRun, problem: str, again: bool = False) -> None:
    """Later once more; `again`: with another report. After TRIES failures in smaller parts, or in an hour."""
    work.failures += 1
    work.result.problem = problem
    failures = run.failures + 1
    if failures >= TRIES and run.first_day < run.last_day:
        split(run)
        return
    wait = REST if failures >= TRIES else RETRY * failures
    changes: dict[str, object] = {"failures": failures, "problem": problem, "look_at": work.clock() + wait}
    if again or failures >= TRIES:
        changes |= {"run_id": "", "ready": False, "started_at": None, "looks": 0, "percent": 0}
    _RUNS.filter(pk=run.pk).update(**changes)
