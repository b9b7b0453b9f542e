"""What each step of the schedule does: queued per account by the clock, or all at once in one process by `tick`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django_q.tasks import async_task

from intelligence.models import Freshness
from intelligence.observe import observe
from metaads import switch
from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization.cycle import run_cycle
from optimization.models import Run
from optimization.queue.services import expire_due

log = structlog.get_logger(__name__)
RETRY_EVERY = timedelta(minutes=5)


def observe_is_due(account: AdAccount, now: datetime) -> bool:
    """Whether some level of the account is unread for a collection interval, and no backoff holds it."""
    if account.next_collect_at and account.next_collect_at > timezone.now():
        return False
    reads = Freshness.objects.filter(account=account, read_at__gt=now - settings.INSIGHTS_COLLECTION_INTERVAL)
    return reads.count() < len(Level.values)


def unevaluated_data(account: AdAccount) -> datetime | None:
    """Time of the newest reading that no cycle has looked at yet; None = nothing new."""
    newest: datetime | None = Freshness.objects.filter(account=account).aggregate(at=Max("read_at"))["at"]
    if newest is None or Run.objects.filter(account=account, kind="evaluate", started_at__gte=newest).exists():
        return None
    return newest


def queue_observe() -> int:
    """Queue door: one task per account whose data have grown old. Returns how many were queued."""
    if not (switch.is_on(switch.COLLECTION)):
        return 0
    due = [account for account in AdAccount.objects.watched() if observe_is_due(account, business_now(account))]
    return sum(_queue_once(account, "observe", "", "optimization.tasks.observe_account") for account in due)


def queue_evaluate() -> int:
    """Queue door: one task per account with data that no rule has seen."""
    if not switch.is_on(switch.RULES):
        return 0
    due = ((account, unevaluated_data(account)) for account in AdAccount.objects.watched())
    return sum(
        _queue_once(account, "evaluate", newest.isoformat(), "optimization.tasks.evaluate_account")
        for account, newest in due
        if newest
    )


def _queue_once(account: AdAccount, step: str, about: str, task: str) -> bool:
    """Queues at most one task per account, step and retry interval, however many schedulers tick."""
    wall = timezone.now()
    slot = f"{about}@{wall - (wall - datetime.min.replace(tzinfo=wall.tzinfo)) % RETRY_EVERY:%Y-%m-%dT%H:%M}"
    try:
        with transaction.atomic():
            Run.objects.create(account=account, kind=f"queue_{step}", slot=slot[-60:], started_at=wall, finished_at=wall)
            async_task(task, account.pk, cluster=settings.Q_WORK, save=False)
    except IntegrityError:
        return False
    return True
