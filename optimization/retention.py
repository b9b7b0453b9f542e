"""Once a day and account: roll up and trim what was observed, and the records of runs that nobody asks for any more."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from intelligence.collect.retention import Progress, delete_in_batches, roll_up
from intelligence.metrics import windows
from metaads.models import AdAccount
from optimization.models import OPEN_JOB_STATES, EvaluationTick, Job, Run

KIND = "rollup"
QUIET_HOUR = 3
"""Not before this hour of the account's night, and then minute by minute after another (`_minute`)."""
QUEUE_RUNS_FOR = timedelta(days=2)
"""Records that a task was queued only keep it from being queued twice in the same minutes."""


def rollup_is_due(account: AdAccount, now: datetime) -> bool:
    """Whether the account's day has no roll-up yet and its quiet minute has come. `now`: business time."""
    local = now.astimezone(account.zone)
    if (local.hour, local.minute) < (QUIET_HOUR, _minute(account)):
        return False
    return not Run.objects.filter(account=account, kind=KIND, slot=_slot(account, now)).exists()


def roll_up_account(account: AdAccount, now: datetime, wall: datetime, tell: Progress = lambda text: None) -> str:
    """Rolls up, trims and notes that it was done; a line for logs and terminals. Killed half-way it is due again.

    `now` is business time, `wall` machine time.
    """
    result = roll_up(account, now, tell)
    tell("old records of runs")
    runs, jobs = _trim_runs(account, now, wall), _trim_jobs(account, now)
    deleted = {f"{name} deleted": count for name, count in result.deleted.items()}
    counts = {**result.made, **deleted, "runs": runs, "jobs": jobs, "looks": _trim_looks(account, now)}
    Run.objects.update_or_create(
        account=account,
        kind=KIND,
        slot=_slot(account, now),
        defaults={"started_at": now, "finished_at": now, "counts": counts},
    )
    return f"{account}: {result}."


def _trim_runs(account: AdAccount, now: datetime, wall: datetime) -> int:
    """A run that an action names stays as long as the action. What the queue notes is in machine time."""
    before = now - timedelta(days=settings.RETAIN_RUNS_DAYS)
    queued = Q(kind__startswith="queue_")
    old = Q(started_at__lt=before) & ~queued | Q(started_at__lt=wall - QUEUE_RUNS_FOR) & queued
    return sum(delete_in_batches(Run.objects.filter(old, account=account, actions=None)))


def _trim_jobs(account: AdAccount, now: datetime) -> int:
    """Results are kept as long as runs are; what still waits or runs is left alone."""
    before = now - timedelta(days=settings.RETAIN_RUNS_DAYS)
    ended = Job.objects.filter(account=account, created_at__lt=before).exclude(state__in=OPEN_JOB_STATES)
    return sum(delete_in_batches(ended))


def _trim_looks(account: AdAccount, now: datetime) -> int:
    """The evaluation log goes with the frames that explain it."""
    before = now - timedelta(days=settings.RETAIN_FRAMES_DAYS)
    return sum(delete_in_batches(EvaluationTick.objects.filter(account=account, looked_at__lt=before)))


def _slot(account: AdAccount, now: datetime) -> str:
    return windows.local_day(now, account.zone).isoformat()


def _minute(account: AdAccount) -> int:
    """Accounts follow each other through the hour."""
    return account.pk % 60
