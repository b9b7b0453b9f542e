"""The dashboard: what waits, what it is worth, how the account does, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from intelligence.charts import Spark, sparkline
from intelligence.models import Freshness, Target
from metaads.clock import business_now
from metaads.graph.money import money_text
from metaads.models import AdAccount, Level
from notifications.models import Notification
from notifications.selectors import for_subjects
from optimization.models import Action, Rule, Status
from optimization.outcomes.sums import of_month
from optimization.queue.selectors import actions_for, offered, ranked
from optimization.views import words
from optimization.views.cards import Card, cards
from optimization.views.dashboard_tables import accounts_table, trend_table
from optimization.views.effect_sums import sums_text, unsure_text
from optimization.views.evidence import evidence_for
from optimization.views.export import csv_answer
from optimization.views.figures import Figures, figures
from optimization.views.impact import signed
from optimization.views.live import version_of
from optimization.views.queue import nows_of
from optimization.views.scope import Scope, scope_of
from optimization.views.trends import trends

PENDING_SHOWN = 8
RECENT_SHOWN = 10
NOTICES_SHOWN = 8
RANGES = (7, 14, 30)
MOVING = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN)


@dataclass(frozen=True)
class Tile:
    """`figure` may be HTML made by `words`; `link` is a path."""

    title: str
    figure: str | SafeString
    note: str = ""
    delta: words.Delta | None = None
    spark: SafeString | str = ""
    link: str = ""
    link_label: str = "Review the queue"
    lead: bool = False


@dataclass(frozen=True)
class Strip:
    """One account's line when several are shown: different currencies are never added up."""

    account: AdAccount
    roas: str
    roas_delta: words.Delta | None
    cpa: str | SafeString
    spend: str | SafeString
    waiting: int


def _days(request: HttpRequest) -> int:
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in RANGES else RANGES[-1]


def _waiting_tile(scope: Scope) -> Tile:
    """Number of open proposals and the money at stake per currency."""
    rows = offered(Action.objects.filter(account_id__in=scope.ids, status=Status.PENDING))
    sums = list(rows.order_by().values("currency").annotate(n=Count("id"), stake=Sum("at_stake")).order_by("currency"))
    stake = ", ".join(money_text(row["stake"], row["currency"]) for row in sums if row["stake"])
    note = f"{stake} a day at stake" if stake else "Nothing is held up."
    count = sum(row["n"] for row in sums)
    return Tile("Waiting for you", str(count), note, link="/actions/", lead=count > 0)


def _spark(label: str, values: Sequence[float | None], colour: str) -> SafeString:
    return sparkline(Spark(label, values, lambda value: f"{value:,.2f}", colour=colour))


def _figure_tiles(held: Figures) -> list[Tile]:
    currency = held.account.currency
    roas, cpa, spend = held.roas(7, 1), held.cpa(7, 1), held.total("spend", 0, 0)
    return [
        Tile(
            "ROAS, 7 days",
            words.ratio(roas),
            "vs previous 7 days",
            words.delta(roas, held.roas(14, 8), "previous 7 days"),
            _spark("ROAS", held.roases(15)[:-1], "roas"),
        ),
        Tile(
            "CPA, 7 days",
            words.amount(cpa, currency),
            "vs previous 7 days",
            words.delta(cpa, held.cpa(14, 8), "previous 7 days", more_is="bad"),
            _spark("CPA", held.cpas(15)[:-1], "cpa"),
        ),
        Tile(
            "Spend today",
            words.amount(spend, currency),
            _yesterday(held),
            spark=_spark("Spend", held.spends(15)[:-1], "spend"),
        ),
    ]


def _yesterday(held: Figures) -> str:
    whole = held.total("spend", 1, 1)
    if whole is None:
        return "the day is not over"
    return f"yesterday, whole day: {words.plain_amount(whole, held.account.currency)}"


def _savings_tile(scope: Scope, now: datetime) -> Tile:
    """Measured effects of what was executed this month, by the calendar of the account, or of UTC for several."""
    sums = of_month(scope.ids, now, scope.account.zone if scope.account else ZoneInfo("UTC"))
    sure = {currency: one for currency, one in sums.items() if one.sure}
    figure = ", ".join(signed(one.total, currency) for currency, one in sure.items())
    parts = [sums_text(sure), unsure_text(sums)]
    note = ". ".join(part for part in parts if part) or "Nothing that was done this month is measured yet."
    return Tile("Measured savings this month", figure or ("none sure" if sums else "none yet"), note)


def _tiles(scope: Scope, single: Figures | None, now: datetime) -> list[Tile]:
    own = _figure_tiles(single) if single else []
    return [_waiting_tile(scope), *own, _savings_tile(scope, now), _rules_tile(scope, now)]


def _rules_tile(scope: Scope, now: datetime) -> Tile:
    """Active rules that cover what is shown, and how often they proposed in 24 hours."""
    covering = Q(accounts__in=scope.ids) | Q(accounts__isnull=True)
    active = Rule.objects.filter(covering, active=True).distinct().count()
    since = now - timedelta(hours=24)
    made = Action.objects.filter(account_id__in=scope.ids, proposed_at__gte=since, rule_version__isnull=False).count()
    note = f"{made} proposal{'' if made == 1 else 's'} in 24 hours"
    return Tile("Active rules", str(active), note, link="/rules/", link_label="See the rules")


def _strips(held: Sequence[Figures], waiting: dict[int, int]) -> list[Strip]:
    return [
        Strip(
            account=one.account,
            roas=words.ratio(one.roas(7, 1)),
            roas_delta=words.delta(one.roas(7, 1), one.roas(14, 8), "previous 7 days"),
            cpa=words.amount(one.cpa(7, 1), one.account.currency),
            spend=words.amount(one.total("spend", 0, 0), one.account.currency),
            waiting=waiting.get(one.account.pk, 0),
        )
        for one in held
    ]


def _pending(request: HttpRequest, scope: Scope, nows: dict[int, datetime]) -> list[Card]:
    """The top of the queue. What was just decided keeps its place in the browser: nothing slides under a click."""
    mine = actions_for(request.user).filter(account_id__in=scope.ids).select_related("decided_by")
    rows = list(ranked(offered(mine.filter(status=Status.PENDING)))[:PENDING_SHOWN])
    pictures = evidence_for(rows, {a.pk: a for a in scope.accounts}, nows)
    return cards(rows, scope, nows, pictures)


def _recent(request: HttpRequest, scope: Scope, nows: dict[int, datetime]) -> list[Card]:
    mine = actions_for(request.user).filter(account_id__in=scope.ids, decided_at__isnull=False)
    rows = mine.select_related("decided_by").order_by("-decided_at", "-id")[:RECENT_SHOWN]
    return cards(rows, scope, nows, {})


def _freshness(scope: Scope, nows: dict[int, datetime]) -> list[dict[str, Any]]:
    """One line per account and level; a level without a row has never been read."""
    rows = {(row.account_id, row.level): row for row in Freshness.objects.filter(account_id__in=scope.ids)}
    lines = []
    for account in scope.shown:
        for level in Level:
            row = rows.get((account.pk, level.value))
            read = row.read_at if row else None
            lines.append(
                {
                    "account": account,
                    "level": level.label,
                    "age": words.ago(read, nows[account.pk]),
                    "read": read,
                    "problem": row.problem if row else "",
                    "history_from": row.history_from if row else None,
                }
            )
    return lines


def _target(account: AdAccount) -> Target | None:
    return Target.objects.filter(account=account, entity_id="").first()


def _file(request: HttpRequest, held: Sequence[Figures], days: int) -> HttpResponse | None:
    """The accounts, or one account's trend, as a file."""
    if request.GET.get("csv") == "accounts":
        return csv_answer(accounts_table(held))
    if request.GET.get("csv") == "trend" and len(held) == 1:
        return csv_answer(trend_table(held[0], days), held[0].account.name)
    return None


@dataclass(frozen=True)
class Told:
    """A notice and the account it is about, None = all."""

    notice: Notification
    account: AdAccount | None


def _notices(scope: Scope, now: datetime) -> list[Told]:
    about = {f"account:{account.pk}": account for account in scope.shown}
    return [Told(one, about.get(one.subject)) for one in for_subjects(about, scope.request.user, now)[:NOTICES_SHOWN]]


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    scope, days = scope_of(request), _days(request)
    nows = nows_of(scope)
    latest = max(nows.values(), default=business_now())
    held = [figures(account, nows[account.pk], max(days, 15)) for account in scope.shown]
    single = held[0] if scope.account and held else None
    waiting = dict(
        offered(Action.objects.filter(account_id__in=scope.ids, status=Status.PENDING))
        .order_by()
        .values_list("account_id")
        .annotate(n=Count("id"))
    )
    file = _file(request, held, days)
    if file is not None:
        return file
    context = {
        "page": "dashboard",
        "days": days,
        "ranges": RANGES,
        "tiles": _tiles(scope, single, latest),
        "strips": [] if single else _strips(held, waiting),
        "pending": _pending(request, scope, nows),
        "more": max(0, sum(waiting.values()) - PENDING_SHOWN),
        "recent": _recent(request, scope, nows),
        "trends": trends(single, days, _target(single.account), actions_for(request.user)) if single else None,
        "notices": _notices(scope, latest),
        "freshness": _freshness(scope, nows),
        "now": latest,
        "version": version_of(scope),
    }
    return render(request, "optimization/dashboard.html", context)
