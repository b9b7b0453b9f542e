"""The daily report: one account day in figures, against the day before, with what was decided and done on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count

from intelligence.metrics import catalog, windows
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame
from intelligence.reports import ACCOUNT, Change, compare
from metaads.models import AdAccount, Level
from notifications.selectors import for_subjects
from optimization.models import Action, Status

METRICS = ("spend", "conversion_value", "roas", "conversions", "cpa", "impressions", "clicks", "ctr", "cpc")
MOST = 5


@dataclass(frozen=True)
class CampaignDay:
    """Money in the major unit; None = unknown."""

    campaign_id: str
    name: str
    spend: float
    roas: float | None
    cpa: float | None


@dataclass(frozen=True)
class DailyReport:
    """`figures` against the day before. `actions`: how many of the day's ended in each status. `alerts`: sentences."""

    day: date
    figures: tuple[Change, ...]
    top: tuple[CampaignDay, ...]
    bottom: tuple[CampaignDay, ...]
    actions: Mapping[str, int]
    pending: int
    alerts: tuple[str, ...]


def daily_report(account: AdAccount, day: date, now: datetime, user: User | AnonymousUser) -> DailyReport:
    """As known at `now`. Campaigns without spend or without a known ROAS are in neither list."""
    before = day - timedelta(days=1)
    figures = compare(account, ACCOUNT, "", (before, before), (day, day), now, metrics=METRICS)
    ranked = sorted(_campaigns(account, day, now), key=lambda row: row.roas or 0.0, reverse=True)
    span = windows.day_start(day, account.zone), windows.day_end(day, account.zone)
    of_day = Action.objects.filter(account=account, decided_at__gte=span[0], decided_at__lt=span[1])
    counted = of_day.order_by("status").values_list("status").annotate(count=Count("pk"))
    return DailyReport(
        day=day,
        figures=figures,
        top=tuple(ranked[:MOST]),
        bottom=tuple(reversed(ranked[MOST:][-MOST:])),
        actions={Status(status).value: count for status, count in counted},
        pending=Action.objects.filter(account=account, status=Status.PENDING).count(),
        alerts=tuple(notice.title for notice in for_subjects([f"account:{account.pk}"], user, now)[:20]),
    )


def _campaigns(account: AdAccount, day: date, now: datetime) -> list[CampaignDay]:
    """What spent on the day, with a known ROAS."""
    end = min(windows.day_end(day, account.zone) - timedelta(seconds=1), now)
    frame = build_frame(account, Level.CAMPAIGN, end, known_at=now)
    names = [str(name) for name in frame.columns["name"]]
    spend, roas, cpa = (_column(frame, f"{name}_today") for name in ("spend", "roas", "cpa"))
    return [
        CampaignDay(str(frame.ids[i]), names[i], spent, roas[i], cpa[i])
        for i, spent in enumerate(spend)
        if spent and roas[i] is not None
    ]


def _column(frame: Frame, name: str) -> list[float | None]:
    values = [float(value) for value in catalog.column(frame, catalog.resolve(name))]
    return [None if value != value else value for value in values]
