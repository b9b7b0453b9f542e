"""Tables on an entity's page: two periods side by side, results by type, creatives, hours, our actions on it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.html import format_html

from intelligence.metrics.windows import local_day
from intelligence.reports import BadPeriod, Change, Trend, by_creative, compare, result_costs
from metaads.models import Ad, Level
from optimization.queue.selectors import actions_for
from optimization.views import actions_table, table, words
from optimization.views.asked import Asked
from optimization.views.hours_table import hours
from optimization.views.metrics import LONG, METRICS, Metric, action_words
from optimization.views.subject import Subject
from optimization.views.table import Cell, Head, Row, Table

COMPARED = tuple(key for key in METRICS if key not in {"inline_link_clicks", "thruplays", "frequency_estimate"})
CREATIVE = ("spend", "impressions", "ctr", "conversions", "cpa", "roas")
SPANS: dict[str, tuple[str, int]] = {
    "3": ("3 days", 3),
    "7": ("7 days", 7),
    "14": ("14 days", 14),
    "30": ("30 days", 30),
}
Days = tuple[date, date]
ACTIONS_MOST = 500


def window_days(window: str, today: date) -> Days:
    """First and last account day of a window of the chooser."""
    days = LONG.get(window)
    return (today, today) if days is None else (today - timedelta(days=days), today - timedelta(days=1))


def periods(query: QueryDict, today: date) -> tuple[Days, Days]:
    """The earlier and the later period: free dates, or `?span=7`: the last 7 complete days and those before.

    Raises BadPeriod, whose text is for the person."""
    given = [query.get(name, "") for name in ("a1", "a2", "b1", "b2")]
    if any(given):
        try:
            days = [parse_date(text) for text in given]
        except ValueError:
            days = [None]
        if None in days:
            raise BadPeriod("Give all four days as YYYY-MM-DD.")
        first, second, third, fourth = (day for day in days if day is not None)
        return (first, second), (third, fourth)
    _, count = SPANS.get(query.get("span", ""), SPANS["7"])
    later = (today - timedelta(days=count), today - timedelta(days=1))
    return (later[0] - timedelta(days=count), later[0] - timedelta(days=1)), later


def comparison(subject: Subject, now: datetime, asked: Asked, query: QueryDict) -> dict[str, Any]:
    """The table, its two periods, the presets, and what is wrong with dates that were typed in."""
    today = local_day(now, subject.account.zone)
    error = ""
    try:
        before, after = periods(query, today)
        found = _compared(subject, now, asked, before, after)
    except BadPeriod as problem:
        error = str(problem)
        before, after = periods(QueryDict(), today)
        found = _compared(subject, now, asked, before, after)
    free = any(query.get(name) for name in ("a1", "a2", "b1", "b2"))
    span = "" if free else query.get("span", "7")
    clear = {"a1": None, "a2": None, "b1": None, "b2": None}
    return {
        "table": table.ordered(found, query),
        "before": before,
        "after": after,
        "period_error": error,
        "spans": [
            {"label": f"{label} vs previous", "on": key == span, "href": asked.link(span=key, **clear)}
            for key, (label, _) in SPANS.items()
        ],
    }


def _compared(subject: Subject, now: datetime, asked: Asked, before: Days, after: Days) -> Table:
    changes = compare(
        subject.account,
        subject.level,
        subject.meta_id,
        before,
        after,
        now,
        asked.attribution,
        asked.offline,
        COMPARED,
    )
    currency = subject.account.currency
    heads = (
        Head("Metric"),
        Head(_said(before), num=True),
        Head(_said(after), num=True),
        Head("Difference", num=True),
        Head("Change", num=True, csv="Change (%)"),
    )
    rows = [_change_row(METRICS[change.metric], change, currency) for change in changes]
    return Table("comparison", "Comparison of two periods", heads, rows)


def _said(days: Days) -> str:
    first, last = days
    one = f"{first.day} {first:%b}"
    return one if first == last else f"{one} to {last.day} {last:%b %Y}"


def _difference(metric: Metric, value: float | None, currency: str) -> Cell:
    """With its sign, as the change beside it has."""
    size = metric.cell(None if value is None else abs(value), currency)
    if value is None or not size.raw:
        return size
    return replace(size, text=format_html("{}{}", "+" if value > 0 else "−", size.text), raw=round(value, 4))


def _change_row(metric: Metric, change: Change, currency: str) -> Row:
    said = words.delta(change.after, change.before, "the first period", more_is=metric.more_is)
    moved = (
        table.unknown()
        if said is None or change.percent is None
        else Cell(said.text, round(change.percent, 2), num=True, tone=said.tone, arrow=said.arrow)
    )
    return (
        table.text(metric.head(currency), title=metric.note),
        metric.cell(change.before, currency),
        metric.cell(change.after, currency),
        _difference(metric, change.difference, currency),
        moved,
    )


def results(subject: Subject, now: datetime, asked: Asked) -> list[Table]:
    """Cost per any result type, by creative, by hour of the day, over the chosen window."""
    days = window_days(asked.window, local_day(now, subject.account.zone))
    return [_costs(subject, now, days), _creatives(subject, now, asked), hours(subject, now)]


def _costs(subject: Subject, now: datetime, days: Days) -> Table:
    currency = subject.account.currency
    heads = (
        Head("Result type"),
        Head("Results", num=True),
        Head(f"Cost per result, {currency}", num=True, csv=f"Cost per result ({currency})"),
        Head(f"Value, {currency}", num=True, csv=f"Value ({currency})"),
    )
    rows = [
        (
            table.text(action_words(one.action_type).capitalize(), small=one.action_type),
            table.count(one.count),
            table.money(one.cost, currency),
            table.money(one.value, currency),
        )
        for one in result_costs(subject.account, subject.level, subject.meta_id, days, now)
    ]
    return Table(
        "results",
        "Cost per result",
        heads,
        rows,
        note="Meta has several names for one event; they overlap and are never added up",
        empty="No result was reported in this window. Choose a longer one.",
    )


def _creatives(subject: Subject, now: datetime, asked: Asked) -> Table:
    currency = subject.account.currency
    metrics = [METRICS[key] for key in CREATIVE]
    heads = (
        Head("Creative"),
        Head("Ads", num=True),
        *(Head(metric.label, num=True, title=metric.note, csv=metric.head(currency)) for metric in metrics),
    )
    mine = _ads(subject)
    rows = [
        (
            table.text(one.name or one.creative_id, small=f"Meta id {one.creative_id}"),
            table.count(len(one.ads)),
            *(metric.cell(one.values[metric.key], currency) for metric in metrics),
        )
        for one in by_creative(
            subject.account,
            now,
            asked.window,
            subject.campaign.meta_id,
            asked.attribution,
            asked.offline,
            CREATIVE,
        )
        if mine is None or mine & set(one.ads)
    ]
    rows.sort(key=lambda row: -float(row[2].raw) if isinstance(row[2].raw, int | float) or row[2].raw else 0.0)  # type: ignore[arg-type]
    note = "all ads of the campaign that show it" if mine is not None else "a creative used by several ads is one row"
    return Table("creatives", "By creative", heads, rows, note, "No ad here shows a creative that is known.")


def _ads(subject: Subject) -> set[str] | None:
    """Meta ids of the ads inside an ad set or ad; None = all of the campaign."""
    if subject.level == Level.CAMPAIGN:
        return None
    if subject.level == Level.AD:
        return {subject.meta_id}
    return set(Ad.objects.filter(ad_set=subject.node.pk).values_list("meta_id", flat=True))


def actions(subject: Subject, user: User) -> Table:
    """Proposals and changes of this entity; of a campaign, of everything in it. Newest first."""
    rows = actions_for(user).filter(account=subject.account)
    if subject.level == Level.CAMPAIGN:
        rows = rows.filter(campaign_id=subject.meta_id)
    else:
        inside = Q(level=subject.level, entity_id=subject.meta_id)
        if subject.level == Level.AD_SET:
            inside |= Q(level=Level.AD, entity_id__in=_ads(subject) or set())
        rows = rows.filter(inside)
    return actions_table.short(rows.select_related("decided_by").order_by("-proposed_at", "-id")[:ACTIONS_MOST])


def trend_table(found: Trend, currency: str) -> Table:
    """The days behind the charts, today last and not over."""
    metrics = [METRICS[key] for key in found.metrics]
    heads = (Head("Day"), *(Head(metric.label, num=True, csv=metric.head(currency)) for metric in metrics))
    rows = [
        (
            Cell(point.day.isoformat(), point.day.isoformat()),
            *(metric.cell(point.values[metric.key], currency) for metric in metrics),
        )
        for point in found.points
    ]
    return Table("trend", "Trend", heads, rows)
