"""The dashboard's trend charts: one metric and one unit each, targets dashed, our changes marked."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from intelligence.charts import BarChart, Event, LineChart, bar_chart, line_chart
from intelligence.metrics.windows import day_start
from intelligence.models import Target
from optimization.kinds import describe
from optimization.models import Action
from optimization.views import words
from optimization.views.figures import Figures
from optimization.views.marks import calendar_marks

SETTLING_DAYS = 3
MARKED_MOST = 60


@dataclass(frozen=True)
class Trend:
    title: str
    chart: SafeString


def _events(held: Figures, days: int, mine: QuerySet[Action]) -> list[Event]:
    """Executed changes of the account in the range, by the account's day."""
    zone = held.account.zone
    since = day_start(held.today - timedelta(days=days - 1), zone)
    rows = mine.filter(account=held.account, executed_at__gte=since).order_by("-executed_at")[:MARKED_MOST]
    return [
        Event(row.executed_at.astimezone(zone).date(), f"{describe(row).verb} {row.entity_name}")
        for row in rows
        if row.executed_at
    ]


def trends(held: Figures, days: int, target: Target | None, mine: QuerySet[Action]) -> list[Trend]:
    """ROAS and CPA of complete account days with today's changes marked, spend with today; `days` counts today."""
    currency, first = held.account.currency, held.today - timedelta(days=days - 1)
    events = [*_events(held, days, mine), *calendar_marks(held.account, first, held.today)]
    settling = SETTLING_DAYS + 1

    def money(value: float) -> str:
        return words.plain_amount(value, currency)

    roas = LineChart(
        title="ROAS",
        days=held.days(days),
        values=[*held.roases(days)[:-1], None],
        text=words.ratio,
        tick=lambda value: f"{value:g}x",
        colour="roas",
        target=None if target is None or target.target_roas is None else float(target.target_roas),
        events=events,
        settling=settling,
    )
    cpa = LineChart(
        title=f"CPA, {currency}",
        days=held.days(days),
        values=[*held.cpas(days)[:-1], None],
        text=money,
        tick=words.short,
        colour="cpa",
        target=None if target is None or target.target_cpa is None else float(target.target_cpa),
        events=events,
        settling=settling,
    )
    spend = BarChart(f"Spend, {currency}", held.days(days), held.spends(days), money, words.short, "spend", 1, events)
    return [Trend("ROAS", line_chart(roas)), Trend(cpa.title, line_chart(cpa)), Trend(spend.title, bar_chart(spend))]
