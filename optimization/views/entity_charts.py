"""Trend charts of one entity: one metric and one unit each, with our changes, others' and the calendar marked."""

from collections.abc import Sequence
from datetime import date, timedelta

from intelligence.charts import BarChart, Event, LineChart, bar_chart, line_chart
from intelligence.charts.scale import finite
from intelligence.metrics.catalog import column
from intelligence.metrics.frame import Frame
from intelligence.metrics.windows import day_start, local_day
from intelligence.reports import Point, Trend
from optimization.kinds import describe
from optimization.models import Action
from optimization.views import words
from optimization.views.marks import calendar_marks
from optimization.views.metrics import Metric
from optimization.views.subject import Subject
from optimization.views.trends import Trend as Chart

SETTLING_DAYS = 3
MARKED_MOST = 60
METRICS = ("spend", "conversions", "conversion_value", "cpa", "roas")


def change_marks(subject: Subject, first: date) -> list[Event]:
    """Our executed changes of the entity or of anything in it, by the account's day."""
    since = day_start(first, subject.account.zone)
    rows = Action.objects.filter(account=subject.account, executed_at__gte=since)
    if subject.level == "campaign":
        rows = rows.filter(campaign_id=subject.meta_id)
    else:
        rows = rows.filter(entity_id__in=subject.family)
    return [
        Event(row.executed_at.astimezone(subject.account.zone).date(), f"{describe(row).verb} {row.entity_name}")
        for row in rows.order_by("-executed_at")[:MARKED_MOST]
        if row.executed_at
    ]


def daily(subject: Subject, frame: Frame, row: int, metrics: Sequence[Metric], days: int) -> Trend:
    """The last `days` complete account days and today so far of one row of a frame made at this moment (at most 30)."""
    today = local_day(frame.at, subject.account.zone)
    points = []
    for ago in range(days, -1, -1):
        values = {metric.key: finite(float(column(frame, metric.of_day(ago))[row])) for metric in metrics}
        points.append(Point(today - timedelta(days=ago), ago > 0, values))
    return Trend(tuple(metric.key for metric in metrics), tuple(points), {})


def charts(
    subject: Subject, found: Trend, targets: tuple[float | None, float | None], others: Sequence[Event]
) -> list[Chart]:
    """`targets`: CPA in the major unit and ROAS; `others`: marks of what others changed."""
    days = [point.day for point in found.points]
    currency = subject.account.currency
    marks = [*calendar_marks(subject.account, days[0], days[-1]), *change_marks(subject, days[0]), *others]

    def money(value: float) -> str:
        return words.plain_amount(value, currency)

    def line(title: str, metric: str, target: float | None) -> LineChart:
        return LineChart(
            title=title,
            days=days,
            values=[*found.values(metric)[:-1], None],
            text=words.ratio if metric == "roas" else money,
            tick=(lambda value: f"{value:g}x") if metric == "roas" else words.short,
            colour=metric,
            target=target,
            events=marks,
            settling=SETTLING_DAYS + 1,
        )

    spend = BarChart(f"Spend, {currency}", days, found.values("spend"), money, words.short, "spend", 1, marks)
    results = BarChart(
        "Conversions", days, found.values("conversions"), lambda v: f"{v:,.0f}", words.short, "other", 1, marks, least=1
    )
    return [
        Chart(spend.title, bar_chart(spend)),
        Chart("ROAS", line_chart(line("ROAS", "roas", targets[1]))),
        Chart(f"CPA, {currency}", line_chart(line(f"CPA, {currency}", "cpa", targets[0]))),
        Chart("Conversions", bar_chart(results)),
    ]
