"""The back-fill of an account as a job that people see: how much is wanted, how much is there, until when it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.db import transaction

from intelligence.collect.store import confirmed
from intelligence.metrics import windows
from intelligence.models import Backfill, Reading, ReportRun
from metaads.clock import machine_now
from metaads.models import AdAccount, Level
from metaads.moments import moment as said_as

LEVELS = len(Level.values)


@dataclass(frozen=True)
class Progress:
    """`held` of `wanted` level-days (one day of one level). Times are machine time; `finish_at` is an estimate, None
    while nothing can be said. `reports`: under way or waiting at Meta."""

    account_id: int
    state: str
    first_day: date
    last_day: date
    wanted: int
    held: int
    reports: int
    started_at: datetime
    finished_at: datetime | None
    finish_at: datetime | None
    problem: str
    zone: tzinfo = UTC
    """The account's, in which its times are said."""

    @property
    def percent(self) -> int:
        """0 to 100; 100 only when everything is there."""
        return 100 if self.held >= self.wanted else int(99.9 * self.held / self.wanted)

    def __str__(self) -> str:
        line = f"{self.held} of {self.wanted} level-days ({self.percent} %), {self.state}"
        if self.finish_at is not None:
            line += f", done about {said_as(self.finish_at, self.zone)}"
        return f"{line}. {self.problem}".strip() if self.problem else line


def wanted_days(account: AdAccount, now: datetime, days: int) -> list[date]:
    """The `days` complete account days before today, newest first."""
    today = windows.local_day(now, account.zone)
    return [today - timedelta(days=ago) for ago in range(1, days + 1)]


def job_of(account: AdAccount, now: datetime, days: int) -> Backfill:
    """The account's job, made at its first mention."""
    wanted = wanted_days(account, now, days)
    start = {"first_day": wanted[-1], "last_day": wanted[0], "started_at": machine_now()}
    job, _ = Backfill.objects.get_or_create(account=account, defaults=start)
    return job


def missing(account: AdAccount, level: str, wanted: Sequence[date]) -> list[date]:
    """Days of `wanted` (newest first) without any reading."""
    held = confirmed(account, level, (wanted[-1], wanted[0]))
    return [day for day in wanted if day not in held]


def note(account: AdAccount, now: datetime, days: int, problem: str = "") -> Backfill:
    """Brings the job's span and state up to date with what is held now."""
    job, wanted = job_of(account, now, days), wanted_days(account, now, days)
    left = sum(len(missing(account, level, wanted)) for level in Level.values)
    changes: dict[str, object] = {"first_day": wanted[-1], "last_day": wanted[0], "problem": problem}
    if not left:
        changes |= {"state": Backfill.State.DONE, "finished_at": job.finished_at or machine_now()}
    elif job.state == Backfill.State.DONE:
        held = len(wanted) * LEVELS - left
        changes |= {"state": Backfill.State.RUNNING, "finished_at": None, "started_at": machine_now()}
        changes["held_at_start"] = held
    # A person may have cancelled it meanwhile: their word stands.
    Backfill.objects.filter(pk=job.pk, state=job.state).update(**changes)
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(account: AdAccount) -> bool:
    """Ends the back-fill: what is held stays, nothing more is asked for. Whether there was one to end."""
    ReportRun.objects.filter(account=account, purpose=ReportRun.Purpose.HISTORY).delete()
    jobs = Backfill.objects.filter(account=account, state=Backfill.State.RUNNING)
    return jobs.update(state=Backfill.State.CANCELLED, finished_at=machine_now()) > 0


def resume(account: AdAccount) -> bool:
    """Lets a cancelled back-fill go on where it was. Whether there was one."""
    jobs = Backfill.objects.filter(account=account, state=Backfill.State.CANCELLED)
    return jobs.update(state=Backfill.State.RUNNING, finished_at=None, started_at=machine_now()) > 0


def progress(account: AdAccount, moment: datetime | None = None) -> Progress | None:
    """How far the account's back-fill is at machine time `moment`; None before the first. Three queries."""
    job = Backfill.objects.filter(account=account).first()
    if job is None:
        return None
    held = _held(account, job)
    reports = ReportRun.objects.filter(account=account, purpose=ReportRun.Purpose.HISTORY).count()
    wanted = ((job.last_day - job.first_day).days + 1) * LEVELS
    return Progress(
        account_id=account.pk,
        state=job.state,
        first_day=job.first_day,
        last_day=job.last_day,
        wanted=wanted,
        held=held,
        reports=reports,
        started_at=job.started_at,
        finished_at=job.finished_at,
        finish_at=_estimate(job, wanted, held, moment or machine_now()),
        problem=job.problem,
        zone=account.zone,
    )


def _held(account: AdAccount, job: Backfill) -> int:
    days = Reading.objects.filter(account=account, window=Reading.DAY, day__range=(job.first_day, job.last_day))
    return days.values("level", "day").distinct().count()


def _estimate(job: Backfill, wanted: int, held: int, moment: datetime) -> datetime | None:
    """At the pace so far."""
    done, spent = held - job.held_at_start, moment - job.started_at
    if job.state != Backfill.State.RUNNING or done <= 0 or spent <= timedelta(0):
        return None
    return moment + spent * ((wanted - held) / done)
