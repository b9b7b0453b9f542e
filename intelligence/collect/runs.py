"""Which reports are wanted: ranges of days, split so that each is worth one report, newest first."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from intelligence.collect.due import ranges
from intelligence.collect.size import days_in_report
from intelligence.models import ReportRun
from metaads.clock import machine_now
from metaads.models import AdAccount

RANK = {ReportRun.Purpose.GAP: 0, ReportRun.Purpose.RESTATE: 1, ReportRun.Purpose.HISTORY: 2}
LEVEL_RANK = {"campaign": 0, "adset": 1, "ad": 2}


def plan(account: AdAccount, purpose: str, level: str, days: Iterable[date]) -> int:
    """Wants these days, but those that a report under way will bring anyway. Answers the number of new reports."""
    coming = _coming(account, level) if purpose != ReportRun.Purpose.GAP else set()
    wanted = ranges((day for day in days if day not in coming), days_in_report(account, level))
    moment = machine_now()
    runs = [
        ReportRun(account=account, purpose=purpose, level=level, first_day=first, last_day=last, look_at=moment)
        for first, last in wanted
    ]
    ReportRun.objects.bulk_create(runs, ignore_conflicts=True)
    return len(runs)


def _coming(account: AdAccount, level: str) -> set[date]:
    spans = (
        ReportRun.objects.filter(account=account, level=level)
        .exclude(purpose=ReportRun.Purpose.GAP)
        .values_list("first_day", "last_day")
    )
    return {first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)}


def in_order(runs: Iterable[ReportRun]) -> list[ReportRun]:
    """What is more pressing first, then the newest days, parents before children."""
    return sorted(runs, key=lambda run: (RANK[ReportRun.Purpose(run.purpose)], -run.last_day.toordinal(), _level(run)))


def _level(run: ReportRun) -> int:
    return LEVEL_RANK[run.level]


@transaction.atomic
def split(run: ReportRun) -> None:
    """Two reports of half the days in place of one: Meta found it too much."""
    half = run.first_day + (run.last_day - run.first_day) // 2
    ReportRun.objects.filter(pk=run.pk).delete()
    parts = [(run.first_day, half), (half + timedelta(days=1), run.last_day)]
    ReportRun.objects.bulk_create(
        [
            ReportRun(
                account_id=run.account_id,
                purpose=run.purpose,
                level=run.level,
                first_day=first,
                last_day=last,
                look_at=machine_now(),
            )
            for first, last in parts
        ],
        ignore_conflicts=True,
    )
