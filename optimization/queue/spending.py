"""What is used of an account's day and hour so far: raises and cuts, claims in flight, changes that Meta counts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q

from intelligence.metrics import windows
from metaads.clock import machine_now
from metaads.exchange import PER_USD
from metaads.graph.money import from_minor
from metaads.models import AdAccount, JournalStep, OutsideChange
from metaads.prepared import Prepared
from metaads.sync.events import BUDGET, FAMILIES
from optimization.guards.base import BUDGETS
from optimization.models import Action, LimitCounter, Status
from optimization.models.action import IN_FLIGHT_STATUSES
from optimization.queue.objects import Objects

EXPOSURE, CUT = "exposure", "cut"
"""Counter of an account-day's raises, and the mark of a cut in `Action.reserved`, which has no counter row: it makes
room only once it took effect."""
HOUR = timedelta(hours=1)


def account_day(account: AdAccount, now: datetime) -> date:
    return now.astimezone(account.zone).date()


def alone_name(now: datetime) -> str:
    """The counter of what acts alone in the hour of `now`; the name carries the hour (UTC)."""
    return f"alone:{now.astimezone(UTC):%Y-%m-%dT%H}"


def used(account: AdAccount, name: str, day: date) -> int:
    row = LimitCounter.objects.filter(account=account, name=name, day=day).values_list("used", flat=True).first()
    return row or 0


def cut_today(account: AdAccount, now: datetime) -> int:
    """By how much budgets that may be spent a day were cut today, by what took effect."""
    start = windows.day_start(windows.local_day(now, account.zone), account.zone)
    return sum(int(row[2]) for reserved in _DONE(account.pk, start, now) for row in reserved if row[0] == CUT)


_DONE = Prepared(
    lambda account, start, now: Action.objects.filter(
        account_id=account, status__in=[Status.EXECUTED, Status.REVERTED], executed_at__range=(start, now)
    ).values_list("reserved", flat=True)
)


def in_flight(account: AdAccount, campaign_id: str = "") -> int:
    """What claims that are not in the mirror yet add to what may be spent a day; of one campaign, or of all.

    What was made comes to the mirror with the next read of the structure, so it counts until one began after it.
    """
    unread = Q(account__structure_synced_at__isnull=True) | Q(executed_at__gte=F("account__structure_synced_at"))
    made = Q(status=Status.EXECUTED) & ~Q(made=[]) & unread
    rows = Action.objects.filter(Q(status__in=IN_FLIGHT_STATUSES) | made, account=account)
    rows = rows.filter(campaign_id=campaign_id) if campaign_id else rows
    held = rows.values_list("reserved", flat=True)
    return sum(int(row[2]) for reserved in held for row in reserved if row[0] == EXPOSURE)


def may_spend_everywhere(now: datetime) -> Decimal | None:
    """Dollars a day that the budgets of all accounts allow, with those in flight; None = unknown somewhere."""
    total = Decimal(0)
    for account in AdAccount.objects.watched():
        rate = PER_USD.get(account.currency.upper())
        held = Objects(account, now, lambda _: None).in_account
        if rate is None or held is None:
            return None
        total += from_minor(held + in_flight(account), account.currency) / rate
    return total


def budget_changes_last_hour(account: AdAccount, entity_ids: Iterable[str], now: datetime) -> dict[str, int]:
    """Budget changes of objects in the last hour, ours by the journal (machine time) and other people's."""
    ids = set(entity_ids)
    ours = JournalStep.objects.filter(
        account=account, entity_id__in=ids, field__in=BUDGETS, sent__gt=0, created_at__gt=machine_now() - HOUR
    )
    theirs = OutsideChange.objects.filter(
        account=account, entity_id__in=ids, field__in=FAMILIES[BUDGET], ours=False, at__range=(now - HOUR, now)
    )
    found = dict.fromkeys(ids, 0)
    for rows in (ours, theirs):
        for entity_id, count in rows.values_list("entity_id").annotate(n=Count("pk")):
            found[entity_id] += count
    return found
