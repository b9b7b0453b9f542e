"""When a rule is due. All hours and days are local to the schedule's zone, by default the account's."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from optimization.rules.parts import WEEKDAYS, Schedule

PERIODS = {"5min": timedelta(minutes=5), "15min": timedelta(minutes=15), "hourly": timedelta(hours=1)}
ZERO = timedelta(0)


def is_due(schedule: Schedule, zone: ZoneInfo, now: datetime, last: datetime | None) -> bool:
    """Whether the rule is looked at in the evaluation of `now` (aware UTC); `last` = when it last was, None = never.

    `new_data` is due at every evaluation, for an evaluation follows new data.
    """
    local = now.astimezone(ZoneInfo(schedule.zone) if schedule.zone else zone)
    if not _inside(schedule, local):
        return False
    if schedule.every == "daily":
        return _daily_due(schedule, local, last)
    return last is None or now - last >= PERIODS.get(schedule.every, ZERO)


def _inside(schedule: Schedule, local: datetime) -> bool:
    """Active hours that began yesterday evening still belong to yesterday's week day."""
    hours, moment, day = schedule.active_hours, local.time(), local.weekday()
    if hours and not hours.covers(moment):
        return False
    if hours and hours.start > hours.end and moment < time.fromisoformat(hours.end):
        day = (day - 1) % 7
    return not schedule.weekdays or WEEKDAYS[day] in schedule.weekdays


def _daily_due(schedule: Schedule, local: datetime, last: datetime | None) -> bool:
    """Once after today's time has come, also if the exact minute was missed or skipped by a change of clocks."""
    at = datetime.combine(local.date(), time.fromisoformat(schedule.at or "00:00"), local.tzinfo)
    return local >= at and (last is None or last < at)
