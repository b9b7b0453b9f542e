"""/actions/timeline/: what took effect, as marks over the account's spend and ROAS, with the list under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from intelligence.charts import BarChart, Event, LineChart, bar_chart, line_chart
from intelligence.metrics.windows import day_start, local_day
from intelligence.reports.span import ACCOUNT, LONGEST, Span
from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.filters import ActionFilter
from optimization.kinds import describe
from optimization.models import Action
from optimization.queue.selectors import actions_for
from optimization.views import actions_table, words
from optimization.views.cards import Card, cards
from optimization.views.export import csv_answer
from optimization.views.live import version_of
from optimization.views.marks import calendar_marks
from optimization.views.scope import scope_of
from optimization.views.trends import SETTLING_DAYS, Trend

RANGES = (14, 30, 90)
SHOWN_MOST = 200


class TimelineFilter(ActionFilter):
    """The queue's filters; the time is that of the chart."""

    age = None

    class Meta(ActionFilter.Meta):
        fields = ["q", "kind", "level", "rule", "source"]


@dataclass(frozen=True)
class Day:
    """What took effect on one of the account's days."""

    day: date
    cards: list[Card]

    @property
    def anchor(self) -> str:
        return anchor(self.day)


def anchor(day: date) -> str:
    return f"day-{day.isoformat()}"


@dataclass(frozen=True)
class Range:
    """`first` to `last`, both included, in the account's days. `days`: one of RANGES, None = own dates."""

    first: date
    last: date
    days: int | None
    error: str = ""


def range_of(asked: Any, today: date) -> Range:
    """The dates that were asked for, else the last 30 days. An odd one says why and is not taken."""
    wanted = asked.get("days", "")
    days = int(wanted) if wanted in {str(one) for one in RANGES} else 30
    usual = Range(today - timedelta(days=days - 1), today, days)
    texts = asked.get("since", ""), asked.get("until", "")
    if not any(texts):
        return usual
    first, last = (_date(text) for text in texts)
    if first is None or last is None:
        return _wrong(usual, "Give both dates, like 2026-11-01.")
    last = min(last, today)
    if first > last:
        return _wrong(usual, "The first day is after the last one.")
    if (last - first).days >= LONGEST:
        return _wrong(usual, f"At most {LONGEST} days fit one picture.")
    return Range(first, last, None)


def _wrong(usual: Range, error: str) -> Range:
    return Range(usual.first, usual.last, usual.days, f"{error} Shown are the last {usual.days} days.")


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@login_required
@require_GET
def timeline(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    context: dict[str, Any] = {"page": "actions", "version": version_of(scope)}
    if scope.account is None:
        return render(request, "optimization/timeline.html", {**context, "choose": scope.accounts})
    account, now = scope.account, business_now(scope.account)
    shown = range_of(request.GET, local_day(now, account.zone))
    chosen = TimelineFilter(request.GET, queryset=_done(request, account, shown), request=request, now=now)
    rows = chosen.qs.select_related("decided_by", "proposed_by")
    if request.GET.get("csv") == "actions":
        return csv_answer(actions_table.long(rows[: actions_table.FILE_MOST]), f"{account.name} timeline")
    found = list(rows[: SHOWN_MOST + 1])
    actions = found[:SHOWN_MOST]
    query = request.GET.copy()
    query["csv"] = "actions"
    context |= {
        "range": shown,
        "ranges": [{"label": f"{n} days", "on": n == shown.days, "href": _link(request, n)} for n in RANGES],
        "filter": chosen,
        "filtered": any(value for key, value in request.GET.items() if key in chosen.filters),
        "charts": charts(account, shown, actions, now),
        "days": _by_day(cards(actions, scope, {account.pk: now}, {}), account),
        "more": len(found) > SHOWN_MOST,
        "csv_href": f"?{query.urlencode()}",
    }
    return render(request, "optimization/timeline.html", context)


def _link(request: HttpRequest, days: int) -> str:
    query = request.GET.copy()
    for name in ("since", "until"):
        query.pop(name, None)
    query["days"] = str(days)
    return f"?{query.urlencode()}"


def _done(request: HttpRequest, account: AdAccount, shown: Range) -> QuerySet[Action]:
    """What took effect in the range, newest first."""
    since = day_start(shown.first, account.zone)
    until = day_start(shown.last + timedelta(days=1), account.zone)
    rows = actions_for(request.user).filter(account=account, executed_at__gte=since, executed_at__lt=until)
    return rows.order_by("-executed_at", "-id")


def _by_day(shown: Sequence[Card], account: AdAccount) -> list[Day]:
    days: dict[date, list[Card]] = {}
    for card in shown:
        if card.action.executed_at:
            days.setdefault(local_day(card.action.executed_at, account.zone), []).append(card)
    return [Day(day, found) for day, found in days.items()]


def marks(actions: Sequence[Action], account: AdAccount) -> list[Event]:
    """One for each action, in the tone of its kind, with the place of its day in the list."""
    found = []
    for action in reversed(actions):
        if action.executed_at is None:
            continue
        head, day = describe(action), local_day(action.executed_at, account.zone)
        label = f"{head.verb} {head.name or action.entity_name} {head.change}".strip()
        found.append(Event(day, label, tone=head.tone, href=f"#{anchor(day)}"))
    return found


def charts(account: AdAccount, shown: Range, actions: Sequence[Action], now: datetime) -> list[Trend]:
    """Spend and ROAS of the account's days; today is not over and is drawn for the sum only."""
    span = Span(account, ACCOUNT, account.meta_id, shown.first, shown.last, now)
    series = span.series(["spend", "roas"])
    today = local_day(now, account.zone)
    unfinished = int(shown.last == today)
    settling = max(0, SETTLING_DAYS + 1 - (today - shown.last).days)
    events = [*calendar_marks(account, shown.first, shown.last), *marks(actions, account)]
    roases = [*series["roas"][:-1], None] if unfinished else series["roas"]

    def money(value: float) -> str:
        return words.plain_amount(value, account.currency)

    title = f"Spend, {account.currency}"
    spend = BarChart(title, span.days, series["spend"], money, words.short, "spend", unfinished, events)
    roas = LineChart(
        title="ROAS",
        days=span.days,
        values=roases,
        text=words.ratio,
        tick=lambda value: f"{value:g}x",
        colour="roas",
        events=events,
        settling=settling,
    )
    return [Trend(title, bar_chart(spend)), Trend("ROAS", line_chart(roas))]
