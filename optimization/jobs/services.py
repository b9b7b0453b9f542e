"""Jobs: asked for by a person, done by one worker at a time, ended when asked, never running for ever.

One job runs at once in an installation, so that back-tests never take all workers from collecting and acting; the
others wait their turn. A worker that dies leaves a row without a heartbeat: it is taken up once more, then given up.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django_q.tasks import async_task
from pydantic import ValidationError

from metaads.clock import business_now, machine_now
from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from optimization.jobs.base import Cancelled, JobError, JobFailed, JobKind, JobParameters, JobRefused
from optimization.jobs.kinds import KINDS
from optimization.models import OPEN_JOB_STATES, Job
from optimization.rules.schema import from_pydantic

log = logging.getLogger(__name__)
MOST_WAITING = 5
"""Open jobs of one account: who asks for more waits for the others first."""
MOST_ATTEMPTS = 2
SILENT = timedelta(minutes=6)
"""Longer than any step between two signs of life. After it the worker is taken for dead."""
LONGEST = timedelta(minutes=20)
"""The queue's own time limit for a job; the worker gives up a minute before."""
MOST_RESULT = 2_000_000
"""Bytes of JSON. Kinds bound what they answer; this only keeps a fault from filling the table."""


def start(kind: str, account: AdAccount, parameters: Mapping[str, Any], user: User | None, now: datetime) -> Job:
    """Puts a job into the queue; the same one that is still open is given instead of a second.

    `kind`: a key of `KINDS`. `user` None = the operator. Raises JobRefused with the parameter's name.
    """
    if user is not None and not has_role(user, account, Role.VIEWER):
        raise JobRefused("This ad account is not yours to look at.")
    sort = KINDS.get(kind)
    if sort is None:
        raise JobRefused(f"There is no job {kind!r}; there are {', '.join(KINDS)}.", "kind")
    checked = read_parameters(sort, parameters)
    sort.check(account, checked, now)
    values = checked.model_dump(mode="json")
    with transaction.atomic():
        AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        waiting = list(Job.objects.filter(account=account, state__in=OPEN_JOB_STATES, cancel_asked=False))
        same = [job for job in waiting if job.kind == kind and job.parameters == values]
        if same:
            return same[0]
        if len(waiting) >= MOST_WAITING:
            raise JobRefused(f"{len(waiting)} jobs of this account are waiting or running. Cancel one or wait.")
        job = Job.objects.create(
            kind=kind, account=account, created_by=user, parameters=values, created_at=now, note="Waits its turn."
        )
        transaction.on_commit(partial(wake, job.pk))
    return job


def read_parameters(kind: JobKind, parameters: Mapping[str, Any]) -> JobParameters:
    """Checked by the kind's own model. Raises JobRefused for the first fault."""
    try:
        return kind.Parameters.model_validate(dict(parameters))
    except ValidationError as error:
        problem = from_pydantic(error)[0]
        raise JobRefused(f"{problem.path}: {problem.message}", problem.path) from None


def wake(job_id: int) -> None:
    """Asks the work cluster to look at it. A lost or doubled message is harmless: the claim decides."""
    limit = round(LONGEST.total_seconds())
    async_task("optimization.tasks.run_job", job_id, cluster=settings.Q_WORK, save=False, timeout=limit)


def cancel(job: Job, user: User | None, now: datetime) -> Job:
    """A waiting job ends at once, a running one at its next step; one that has ended stays as it is."""
    if user is not None and not has_role(user, job.account, Role.VIEWER):
        raise JobRefused("This ad account is not yours to look at.")
    who = user.get_username() if user else "the operator"
    Job.objects.filter(pk=job.pk, state__in=OPEN_JOB_STATES).update(cancel_asked=True)
    ended = {"state": Job.State.CANCELLED, "note": f"Cancelled by {who}.", "finished_at": now}
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(**ended)
    job.refresh_from_db()
    return job


def run(job_id: int) -> str:
    """Does one job if it is waiting and no other runs. Never raises for what the job meets."""
    job = _claim(job_id)
    if job is None:
        return "nothing to do: it has ended, or another job runs"
    now = business_now(job.account)
    kind = KINDS.get(job.kind)
    try:
        if kind is None:
            raise JobFailed(f"This version knows no job of kind {job.kind!r}.")
        result = kind.run(job.account, read_parameters(kind, job.parameters), now, Pulse(job))
        if len(json.dumps(result)) > MOST_RESULT:
            raise JobFailed("The result is too large to keep. Choose a shorter range or fewer rules.")
        return _finish(job, Job.State.DONE, "", result)
    except Cancelled as ended:
        return _finish(job, Job.State.CANCELLED, str(ended) or "Cancelled.")
    except JobError as failed:
        return _finish(job, Job.State.FAILED, str(failed))
    except Exception as error:
        log.exception("job %s failed", job.pk)
        return _finish(job, Job.State.FAILED, f"It broke off: {type(error).__name__}. The log says more.")


def _claim(job_id: int) -> Job | None:
    """Ours, if it still waits and none runs. Two workers at once: the lock on the open rows lets one see the other."""
    with transaction.atomic():
        locked = Job.objects.select_for_update()
        opened = {job.pk: job for job in locked.filter(state__in=OPEN_JOB_STATES).order_by("pk")}
        job = opened.get(job_id)
        if job is None or job.state != Job.State.QUEUED:
            return None
        if any(other.state == Job.State.RUNNING for other in opened.values()):
            return None
        taken = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING,
            started_at=business_now(job.account),
            heartbeat_at=machine_now(),
            attempts=F("attempts") + 1,
            progress=0.0,
            note="Has begun.",
        )
    return Job.objects.select_related("account__connection").get(pk=job_id) if taken else None


class Pulse:
    """How a job tells that it is alive: at most once a second to the database, which also brings what was asked."""

    EVERY = timedelta(seconds=1)

    def __init__(self, job: Job) -> None:
        self.job = job
        self._begun = self._last = machine_now()

    def __call__(self, share: float, note: str) -> None:
        """Raises Cancelled if somebody asked for the end or took the job over, JobFailed if it takes too long."""
        now = machine_now()
        if now - self._last < self.EVERY:
            return
        self._last = now
        values = {"progress": min(max(share, 0.0), 1.0), "note": note[:500], "heartbeat_at": now}
        if not _mine(self.job).filter(cancel_asked=False).update(**values):
            raise Cancelled("Cancelled while it ran.")
        if now - self._begun > LONGEST - timedelta(minutes=1):
            minutes = (now - self._begun).total_seconds() / 60
            raise JobFailed(f"It was given up after {minutes:.0f} minutes. Choose a shorter range, or one campaign.")


def _mine(job: Job) -> Any:
    """The row, as long as this attempt owns it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _finish(job: Job, state: Job.State, note: str, result: dict[str, Any] | None = None) -> str:
    values: dict[str, Any] = {"state": state, "note": note, "finished_at": business_now(job.account)}
    if result is not None:
        values |= {"result": result, "progress": 1.0}
    ours = _mine(job).update(**values)
    wake_next()
    return f"{state.label.lower()} {note}".strip() if ours else "another worker has it"


def wake_next() -> int | None:
    """Wakes a worker for the job that waits longest, unless one runs. Its id."""
    if Job.objects.filter(state=Job.State.RUNNING).exists():
        return None
    waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True).first()
    if waiting is not None:
        wake(waiting)
    return waiting


def look(silent: timedelta = SILENT) -> str:
    """The sweep: what lost its worker waits again, or is given up; then the next one is woken."""
    dead = Job.objects.filter(
        Q(heartbeat_at__lt=machine_now() - silent) | Q(heartbeat_at=None), state=Job.State.RUNNING
    )
    again = given_up = 0
    for job in dead.select_related("account__connection"):
        again += (
            _mine(job)
            .filter(attempts__lt=MOST_ATTEMPTS, cancel_asked=False)
            .update(state=Job.State.QUEUED, note="Its worker was lost; it waits to be done again.")
        )
        ended = Job.State.CANCELLED if job.cancel_asked else Job.State.FAILED
        note = "Cancelled." if job.cancel_asked else "Its worker was lost twice. Start it again with a shorter range."
        given_up += _mine(job).update(state=ended, note=note, finished_at=business_now(job.account))
    woken = wake_next()
    return f"{again} taken up again, {given_up} given up, {'one' if woken else 'none'} woken"
