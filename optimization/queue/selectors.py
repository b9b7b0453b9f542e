"""What pages ask of the queue."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf

from metaads.exchange import PER_USD
from metaads.graph.money import offset
from metaads.models import AdAccount
from optimization.models import OPEN_STATUSES, Action, EmergencyStop, Incident, Status
from optimization.queue.decision import why_not_offered

UNJUDGED = 0.5
EXPECTED_DAYS = 7.0
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
    """By expected money a day x confidence (0.5 while it isn't computed), where no expectation is known by the money at
    stake; currencies are compared by the shipped rates."""
    told = NullIf(KT("expected__figures__money__1"), Value("null"))  # SQLite gives JSON's null as a word
    expected = Cast(told, FloatField()) / EXPECTED_DAYS
    stake = Coalesce(expected, Cast(F("at_stake"), FloatField()), Value(0.0)) * USD_PER_MINOR_UNIT
    weight = stake * Coalesce(F("confidence"), Value(UNJUDGED))
    return actions.annotate(weight=weight).order_by("-weight", "kind", "id")


def waiting(actions: QuerySet[Action]) -> QuerySet[Action]:
    return actions.filter(status__in=OPEN_STATUSES)


def claimable(account: AdAccount | None = None) -> QuerySet[Action]:
    """Actions that an executor may look at: approved ones, and ones in flight (their journal decides when).

    Where a stop holds, or the account is not watched any more, only what is in flight: it must still be settled; and
    what belongs to the stop's own incident.
    """
    stopped = EmergencyStop.objects.filter(lifted_at__isnull=True)
    begins = Q(status=Status.APPROVED, account__in=AdAccount.objects.watched())
    rows = Action.objects.filter(begins | Q(status__in=IN_FLIGHT))
    if account is not None:
        rows = rows.filter(account=account)
    held = Q(status=Status.APPROVED)
    if not stopped.filter(account__isnull=True).exists():
        held &= Q(account__in=stopped.filter(account__isnull=False).values("account"))
    passing = Q(incident__in=Incident.objects.filter(stop__in=stopped).values("pk"))
    return rows.filter(~held | passing).order_by("decided_at", "id")


def unwatched_in_flight() -> QuerySet[AdAccount]:
    """Accounts that are not watched any more, yet have changes whose outcome must still be found out."""
    flying = Action.objects.filter(status__in=IN_FLIGHT)
    rows = AdAccount.objects.filter(pk__in=flying.values("account")).select_related("connection").order_by("pk")
    return rows.exclude(pk__in=AdAccount.objects.watched().values("pk"))
