"""The queue's doors that look for due work: each finds the accounts that need a step and queues one task for each."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django_q.tasks import async_task

from intelligence.collect.hours import LAG
from intelligence.models import Freshness, Gap, ReportRun
from metaads import switch
from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization.impact.services import is_due as outcomes_are_due
from optimization.live import live_is_due
from optimization.models import Goal, Run
from optimization.orchestrator import is_due as goals_are_due
from optimization.retention import rollup_is_due
from optimization.scheduled import overdue

RETRY_EVERY = timedelta(minutes=5)
ROLLUP_EVERY = timedelta(hours=1)
"""A roll-up that failed is tried again after so long: nothing waits for it."""
HISTORY_EVERY = SCHEDULED_EVERY = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def watched() -> list[AdAccount]:
    """Accounts that the clock serves, with their connection (it holds the sandbox's offset)."""
    return list(AdAccount.objects.watched().select_related("connection").order_by("pk"))


def observe_is_due(account: AdAccount, now: datetime) -> bool:
    """Whether some level of the account is unread for a collection interval, and no backoff holds it.

    `now` is business time; the backoff is machine time.
    """
    if account.next_collect_at and account.next_collect_at > timezone.now():
        return False
    recent = Freshness.objects.filter(account=account, read_at__gt=now - settings.INSIGHTS_COLLECTION_INTERVAL)
    return recent.count() < len(Level.values)


def unevaluated_data(account: AdAccount) -> datetime | None:
    """Time of the newest reading that no cycle has looked at yet; None = nothing new."""
    newest: datetime | None = Freshness.objects.filter(account=account).aggregate(at=Max("read_at"))["at"]
    if newest is None or Run.objects.filter(account=account, kind="evaluate", started_at__gte=newest).exists():
        return None
    return newest


def queue_observe() -> int:
    """One task per account whose data have grown old. Returns how many were queued."""
    if not switch.is_on(switch.COLLECTION):
        return 0
    due = [account for account in watched() if observe_is_due(account, business_now(account))]
    return sum(_queue_once(account, "observe", "", "optimization.tasks.observe_account") for account in due)


def queue_evaluate() -> int:
    """One task per account with data that no rule has seen. Returns how many were queued."""
    if not switch.is_on(switch.RULES):
        return 0
    due = ((account, unevaluated_data(account)) for account in watched())
    task = "optimization.tasks.evaluate_account"
    return sum(
        _queue_once(account, "evaluate", f"{newest:%Y-%m-%dT%H:%M:%S}", task) for account, newest in due if newest
    )


def history_is_due(account: AdAccount, now: datetime) -> bool:
    """Whether reports of past days wait for somebody to carry them on, or a gap for being filled."""
    if account.next_collect_at and account.next_collect_at > timezone.now():
        return False
    waiting = ReportRun.objects.filter(account=account, look_at__lte=timezone.now()).exists()
    return waiting or Gap.objects.filter(account=account, filled_at=None, until__lte=now - LAG).exists()


def queue_history() -> int:
    """One bounded task per account whose past is being fetched. Returns how many were queued."""
    if not switch.is_on(switch.COLLECTION):
        return 0
    due = [account for account in watched() if history_is_due(account, business_now(account))]
    task = "optimization.tasks.fetch_history"
    return sum(_queue_once(account, "history", "", task, HISTORY_EVERY) for account in due)


def queue_live() -> int:
    """One task per account with real-time rules whose last look is five minutes old. Returns how many were queued."""
    if not (switch.is_on(switch.COLLECTION) and switch.is_on(switch.RULES)):
        return 0
    due = [account for account in watched() if live_is_due(account, business_now(account))]
    return sum(_queue_once(account, "live", "", "optimization.tasks.watch_live") for account in due)


def queue_scheduled() -> int:
    """One task per account with a rule whose hour has come and that nothing else looks at. Returns how many."""
    if not switch.is_on(switch.RULES):
        return 0
    due = [account for account in watched() if overdue(account, business_now(account))]
    task = "optimization.tasks.look_scheduled"
    return sum(_queue_once(account, "scheduled", "", task, SCHEDULED_EVERY) for account in due)


def queue_goals() -> int:
    """One task per account with goals whose interval is over. Returns how many were queued."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    wanting = set(Goal.objects.filter(active=True).values_list("account_id", flat=True))
    able = (account for account in watched() if account.pk in wanting)
    due = [account for account in able if goals_are_due(account, business_now(account))]
    return sum(_queue_once(account, "goals", "", "optimization.tasks.run_goals") for account in due)


def queue_outcomes() -> int:
    """One task per account with executed changes whose measurement is due. Returns how many were queued."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    due = [account for account in watched() if outcomes_are_due(account, business_now(account))]
    return sum(_queue_once(account, "outcomes", "", "optimization.tasks.measure_outcomes") for account in due)


def queue_rollup() -> int:
    """One task per account whose day has no roll-up yet. Returns how many were queued."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    due = [account for account in watched() if rollup_is_due(account, business_now(account))]
    return sum(_queue_once(account, "rollup", "", "optimization.tasks.roll_up", ROLLUP_EVERY) for account in due)


def _queue_once(account: AdAccount, step: str, about: str, task: str, every: timedelta = RETRY_EVERY) -> bool:
    """At most one task per account, step and interval, however many schedulers tick. Whether it was queued."""
    wall = timezone.now()
    slot = f"{about}@{wall - (wall - EPOCH) % every:%Y-%m-%dT%H:%M}"
    row = Run(account=account, kind=f"queue_{step}", slot=slot, started_at=wall, finished_at=wall)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            async_task(task, account.pk, cluster=settings.Q_WORK, save=False)
    except IntegrityError:
        return False
    return True
