"""What may go of all that is kept beside the figures: pixels, outside changes, gaps, health, changes of trust, curves.

| what                                                           | kept                                         |
| -------------------------------------------------------------- | -------------------------------------------- |
| hours and quality of pixels                                    | RETAIN_PIXELS_DAYS                           |
| outside changes, gaps, changes of trust, account health        | RETAIN_CHANGES_DAYS; the newest health stays |
| maturity curves                                                | RETAIN_DAILY_DAYS; the newest of each stays  |

A change of trust that the ledger does not know yet stays until it does.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet

from intelligence.metrics import windows
from intelligence.models import Gap, MaturityCurve, PixelHour, PixelQuality, QualityChange
from metaads.models import AccountHealth, AdAccount, OutsideChange


def outdated(account: AdAccount, now: datetime) -> Iterator[tuple[str, QuerySet[Any]]]:
    """(name, rows that may go) at business time `now`."""
    today = windows.local_day(now, account.zone)
    heard = timedelta(days=settings.RETAIN_PIXELS_DAYS)
    yield "pixel hours", PixelHour.objects.filter(pixel__account=account, hour__lt=now - heard)
    yield "pixel qualities", PixelQuality.objects.filter(pixel__account=account, day__lt=today - heard)
    told = timedelta(days=settings.RETAIN_CHANGES_DAYS)
    yield "outside changes", OutsideChange.objects.filter(account=account, at__lt=now - told)
    yield "gaps", Gap.objects.filter(account=account, until__lt=now - told)
    yield "changes of trust", QualityChange.objects.filter(account=account, recorded=True, at__lt=now - told)
    yield "days of health", _but_newest(AccountHealth.objects.filter(account=account), today - told)
    daily = timedelta(days=settings.RETAIN_DAILY_DAYS)
    kinds = MaturityCurve.objects.filter(account=account).values_list("action_type", flat=True).distinct()
    for kind in list(kinds):
        rows = MaturityCurve.objects.filter(account=account, action_type=kind)
        yield "maturity curves", _but_newest(rows, today - daily)


def _but_newest(rows: QuerySet[Any], before: Any) -> QuerySet[Any]:
    """Those of days before `before`, without the newest of all: it says how things stand."""
    newest = rows.aggregate(last=Max("day"))["last"]
    return rows.filter(day__lt=before).exclude(day=newest)
