"""Rolling up and trimming one account: what is old is summed first and deleted after, in small batches.

| what                                      | kept                                                              |
| ----------------------------------------- | ----------------------------------------------------------------- |
| hours                                     | RETAIN_HOURLY_DAYS, then their day's profile                      |
| days: readings with all their revisions,  | RETAIN_DAILY_DAYS (at least INITIAL_HISTORICAL_DAYS), by whole    |
| creatives by day, states, profiles of ads | weeks; then the week's sums                                       |
| weeks, profiles of campaigns and ad sets  | RETAIN_WEEKLY_DAYS                                                |
| frames                                    | RETAIN_FRAMES_DAYS; after a day, one an hour and what matched     |
| what surrounds the figures                | `intelligence.collect.surroundings`                               |

Nothing is deleted whose roll-up is missing or older than what it was made of. Every step is complete in itself, so a
run that was killed is simply run again. Imported accounts are kept whole: their past is all they have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from intelligence.collect import profile, weeks
from intelligence.collect.live import LIVE
from intelligence.collect.surroundings import outdated
from intelligence.collect.thin import thin_frames
from intelligence.metrics import windows
from intelligence.models import CreativeDay, DayProfile, HourBlock, Reading, State, StoredFrame, Week
from metaads.models import AdAccount, Level

LEVELS: tuple[str, ...] = (Level.CAMPAIGN, Level.AD_SET, Level.AD)
BATCH = 200
Progress = Callable[[str], None]


@dataclass
class RollupResult:
    """What was made and deleted for one account, by name, in rows of the database."""

    account_id: int
    made: dict[str, int] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"{count} {name} made" for name, count in self.made.items() if count]
        parts += [f"{count} {name} deleted" for name, count in self.deleted.items() if count]
        return ", ".join(parts) or "nothing to do"


@dataclass(frozen=True)
class Horizons:
    """First account day that is kept, by kind; earlier ones may go."""

    hours: date
    days: date
    weeks: date
    frames: datetime


def horizons(account: AdAccount, now: datetime) -> Horizons:
    """From the settings, in the account's own days."""
    today = windows.local_day(now, account.zone)
    daily = max(settings.RETAIN_DAILY_DAYS, settings.INITIAL_HISTORICAL_DAYS)
    return Horizons(
        hours=today - timedelta(days=settings.RETAIN_HOURLY_DAYS),
        days=weeks.monday(today - timedelta(days=daily)),
        weeks=weeks.monday(today - timedelta(days=settings.RETAIN_WEEKLY_DAYS)),
        frames=now - timedelta(days=settings.RETAIN_FRAMES_DAYS),
    )


def roll_up(account: AdAccount, now: datetime, tell: Progress = lambda text: None) -> RollupResult:
    """Makes what is missing or restated, then trims, at business time `now`. `tell` hears of each step."""
    result = RollupResult(account.pk)
    for name, step in _STEPS:
        tell(name)
        step(account, now, result)
    return result


def _profiles(account: AdAccount, now: datetime, result: RollupResult) -> None:
    today = windows.local_day(now, account.zone)
    for level in LEVELS:
        days = HourBlock.objects.filter(account=account, level=level, local_date__lt=today).order_by("local_date")
        for day in list(days.values_list("local_date", flat=True).distinct()):
            _count(result.made, "profiles", profile.roll_profile(account, level, day))


def _weeks(account: AdAccount, now: datetime, result: RollupResult) -> None:
    """Weeks that are over; those that Meta restated since are made again."""
    this_week = weeks.monday(windows.local_day(now, account.zone))
    for level in LEVELS:
        for first_day in _mondays(_readings(account).filter(level=level, day__lt=this_week)):
            _count(result.made, "weeks", weeks.roll_week(account, level, first_day))


def _trim_hours(account: AdAccount, now: datetime, result: RollupResult) -> None:
    """Partial readings between the hours (`collect.live`) go with them: the whole ones say the same for later."""
    before = horizons(account, now).hours
    _delete(Reading.objects.filter(account=account, window=LIVE, day__lt=before), result, "readings")
    old = HourBlock.objects.filter(account=account, local_date__lt=before)
    for level, day in sorted(set(old.values_list("level", "local_date"))):
        if profile.is_rolled(account, level, day):
            _delete(old.filter(level=level, local_date=day), result, "hours")


def _trim_days(account: AdAccount, now: datetime, result: RollupResult) -> None:
    before = horizons(account, now).days
    if account.read_only:
        return
    for level in LEVELS:
        old = _readings(account).filter(level=level, day__lt=before)
        for first_day in _mondays(old):
            if weeks.is_rolled(account, level, first_day):
                span = (first_day, first_day + timedelta(days=weeks.DAYS - 1))
                _delete(_readings(account).filter(level=level, day__range=span), result, "readings")
    reach = Reading.objects.filter(account=account, day__lt=before).exclude(window=Reading.DAY)
    _delete(reach, result, "readings")
    _delete(CreativeDay.objects.filter(account=account, day__lt=before), result, "creative days")
    _delete(DayProfile.objects.filter(account=account, level=Level.AD, day__lt=before), result, "profiles")
    _trim_states(account, before, result)


def _trim_states(account: AdAccount, before: date, result: RollupResult) -> None:
    """All before the newest whole state that is older than the first day kept: that day still needs it."""
    start = windows.day_start(before, account.zone)
    for level in LEVELS:
        rows = State.objects.filter(account=account, level=level)
        base = rows.filter(whole=True, at__lte=start).order_by("-at").values_list("at", flat=True).first()
        if base is not None:
            _delete(rows.filter(at__lt=base), result, "states")


def _trim_weeks(account: AdAccount, now: datetime, result: RollupResult) -> None:
    before = horizons(account, now).weeks
    if account.read_only:
        return
    _delete(Week.objects.filter(account=account, first_day__lt=before), result, "weeks")
    _delete(DayProfile.objects.filter(account=account, day__lt=before), result, "profiles")


def _trim_frames(account: AdAccount, now: datetime, result: RollupResult) -> None:
    _delete(StoredFrame.objects.filter(account=account, at__lt=horizons(account, now).frames), result, "frames")
    _count(result.deleted, "frames", thin_frames(account, now))


def _trim_surroundings(account: AdAccount, now: datetime, result: RollupResult) -> None:
    for name, rows in outdated(account, now):
        _delete(rows, result, name)


_STEPS: tuple[tuple[str, Callable[[AdAccount, datetime, RollupResult], None]], ...] = (
    ("profiles of days", _profiles),
    ("sums of weeks", _weeks),
    ("old hours", _trim_hours),
    ("old days", _trim_days),
    ("old weeks", _trim_weeks),
    ("old frames", _trim_frames),
    ("old surroundings", _trim_surroundings),
)


def _readings(account: AdAccount) -> QuerySet[Reading]:
    return Reading.objects.filter(account=account, window=Reading.DAY)


def _mondays(readings: QuerySet[Reading]) -> list[date]:
    days = readings.order_by("day").values_list("day", flat=True).distinct()
    return sorted({weeks.monday(day) for day in days})


def _delete(rows: QuerySet[Any], result: RollupResult, name: str) -> None:
    for count in delete_in_batches(rows):
        _count(result.deleted, name, count)


def delete_in_batches(rows: QuerySet[Any], size: int = BATCH) -> Iterator[int]:
    """Deletes by primary key, `size` rows a transaction, so that nobody waits long; answers each batch's count."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:size]):
        yield rows.model._default_manager.filter(pk__in=keys).delete()[0]


def _count(counts: dict[str, int], name: str, more: int) -> None:
    counts[name] = counts.get(name, 0) + more
