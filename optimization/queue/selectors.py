"""What pages ask of the queue."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from metaads.exchange import PER_USD
from metaads.graph.money import offset
from metaads.models import AdAccount
from optimization.models import OPEN_STATUSES, Action, EmergencyStop, Status
from optimization.queue.decision import why_not_offered

UNJUDGED = 0.5
IN_FLIGHT = (Status.EXECUTING, Status.UNCERTAIN)
# Rough and dated, and good enough for an order: nothing that is shown or spent is converted with it.
USD_PER_MINOR_UNIT = Case(
    *(When(currency=code, then=Value(float(1 / (rate * offset(code))))) for code, rate in PER_USD.items()),
    default=Value(0.01),
    output_field=FloatField(),
)


def actions_for(user: User | AnonymousUser) -> QuerySet[Action]:
    """Actions of the accounts that `user` may see."""
    visible = AdAccount.objects.visible_to(user)
    return Action.objects.filter(account__in=visible).select_related("account__connection", "rule_version__rule")


def offered(actions: QuerySet[Action]) -> QuerySet[Action]:
    """Without what waits for a decision while none may be taken; everything that was decided stays."""
    return actions.exclude(status__in=OPEN_STATUSES) if why_not_offered() else actions


def ranked(actions: QuerySet[Action]) -> QuerySet[Action]:
    """By money at stake x confidence (0.5 while it isn't computed); currencies are compared by the shipped rates."""
    stake = Cast(Coalesce(F("at_stake"), 0), FloatField()) * USD_PER_MINOR_UNIT
    weight = stake * Coalesce(F("confidence"), Value(UNJUDGED))
    return actions.annotate(weight=weight).order_by("-weight", "kind", "id")


def waiting(actions: QuerySet[Action]) -> QuerySet[Action]:
    return actions.filter(status__in=OPEN_STATUSES)


def bulk_effect(actions: Iterable[Action]) -> dict[str, int]:
    """Change of money a day per currency, minor unit; a status counts its spend, a lifetime budget its share of it."""
    total: dict[str, int] = {}
    for action in actions:
        if action.field == "daily_budget":
            change = int(action.value_final) - int(action.value_before)
        elif action.field == "status":
            change = (action.at_stake or 0) * (-1 if action.value_final == "PAUSED" else 1)
        else:
            change = (action.at_stake or 0) * (-1 if int(action.value_final) < int(action.value_before) else 1)
        total[action.currency] = total.get(action.currency, 0) + change
    return total


def claimable(account: AdAccount | None = None) -> QuerySet[Action]:
    """Actions that an executor may look at: approved ones, and ones in flight (their journal decides when).

    Where a stop holds, or the account is not watched any more, only what is in flight: it must still be settled.
    """
    stopped = EmergencyStop.objects.filter(lifted_at__isnull=True)
    begins = Q(status=Status.APPROVED, account__in=AdAccount.objects.watched())
    rows = Action.objects.filter(begins | Q(status__in=IN_FLIGHT))
    if account is not None:
        rows = rows.filter(account=account)
    if stopped.filter(account__isnull=True).exists():
        rows = rows.exclude(status=Status.APPROVED)
    held = stopped.filter(account__isnull=False).values("account")
    return rows.exclude(Q(status=Status.APPROVED) & Q(account__in=held)).order_by("decided_at", "id")


def unwatched_in_flight() -> QuerySet[AdAccount]:
    """Accounts that are not watched any more, yet have changes whose outcome must still be found out."""
    flying = Action.objects.filter(status__in=IN_FLIGHT)
    rows = AdAccount.objects.filter(pk__in=flying.values("account")).select_related("connection").order_by("pk")
    return rows.exclude(pk__in=AdAccount.objects.watched().values("pk"))
