"""The journal: conditional updates only, on machine time (the database's clock). Call inside a transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from metaads.clock import machine_now
from metaads.executor.change import Change, Claim
from metaads.models import JournalStep

State = JournalStep.State


def http_budget() -> timedelta:
    """The longest that one request can take."""
    return timedelta(seconds=settings.META_CONNECT_TIMEOUT + settings.META_READ_TIMEOUT)


def _claimable(now: datetime) -> Q:
    return Q(state=State.CLAIMED, lease_until__lt=now) | (
        Q(state__in=[State.OPEN, State.UNCERTAIN]) & (Q(next_try_at__isnull=True) | Q(next_try_at__lte=now))
    )


def claim(key: str, change: Change) -> Claim | None:
    """Takes the step of this key, or None: somebody else has it, it is settled, or its time has not come.

    An open step (nothing of it took effect) takes over the values of `change`; any other keeps its own.
    """
    values = {
        "op": change.op,
        "level": change.level,
        "entity_id": change.entity_id or change.account.meta_id,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "params": dict(change.params),
        "marker": change.marker.strip(),
    }
    JournalStep.objects.bulk_create([JournalStep(key=key, account=change.account, **values)], ignore_conflicts=True)
    step = JournalStep.objects.get(key=key)
    now = machine_now()
    taken = JournalStep.objects.filter(_claimable(now), pk=step.pk, fence=step.fence, state=step.state).update(
        state=State.CLAIMED,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + settings.EXECUTOR_LEASE,
        **(values if step.state == State.OPEN else {}),
    )
    if taken != 1:
        return None
    return Claim(
        key=key,
        step_id=step.pk,
        change=change,
        fence=step.fence + 1,
        sent=step.sent,
        was=step.state,
        takeover=step.state == State.CLAIMED,
        attempts=step.attempts + 1,
        made_id=step.made_id,
    )


def _mine(held: Claim) -> Q:
    return Q(pk=held.step_id, fence=held.fence, state=State.CLAIMED)


def intend(held: Claim, request: dict[str, Any]) -> bool:
    """Records that a request is about to be sent. False: the lease was lost or is too short, so send nothing."""
    now = machine_now()
    return (
        JournalStep.objects.filter(_mine(held), lease_until__gt=now + http_budget()).update(
            sent=F("sent") + 1, request=request
        )
        == 1
    )


def finish(held: Claim, state: str, **columns: Any) -> bool:
    """Settles the step (DONE, FAILED, NEEDS_PERSON) or marks it UNCERTAIN with its settling time. False: lost lease."""
    now = machine_now()
    if state == State.UNCERTAIN:
        columns["next_try_at"] = now + settings.EXECUTOR_SETTLE
    else:
        columns["finished_at"] = now
    return JournalStep.objects.filter(_mine(held)).update(state=state, lease_until=None, **columns) == 1


def hand_back(held: Claim, **columns: Any) -> bool:
    """Nothing took effect: the step is open again, and its sent count begins anew. False: lost lease.

    With `next_try_at` (machine time) nobody can claim it before then.
    """
    return JournalStep.objects.filter(_mine(held)).update(state=State.OPEN, lease_until=None, sent=0, **columns) == 1


def still_mine(held: Claim) -> bool:
    """Asked right before the POST: nobody has taken the step over, and the lease outlasts the request."""
    return JournalStep.objects.filter(_mine(held), lease_until__gt=machine_now() + http_budget()).exists()
