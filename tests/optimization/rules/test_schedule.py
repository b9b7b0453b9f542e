"""When a rule is due, in the account's own hours and days, changes of clocks included."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from optimization.rules.parts import Schedule
from optimization.rules.schedule import is_due

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """A local moment as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def due(now: datetime, last: datetime | None = None, /, **schedule: Any) -> bool:
    return is_due(Schedule.model_validate(schedule), BERLIN, now, last)


def test_new_data_is_due_at_every_evaluation() -> None:
    now = at("2026-11-20T12:00")
    assert due(now, now)


@pytest.mark.parametrize(("every", "minutes"), [("5min", 5), ("15min", 15), ("hourly", 60)])
def test_a_period_must_have_passed(every: str, minutes: int) -> None:
    now = at("2026-11-20T12:00")
    assert due(now, None, every=every)
    assert due(now, now - timedelta(minutes=minutes), every=every)
    assert not due(now, now - timedelta(minutes=minutes, seconds=-1), every=every)


def test_daily_is_due_once_after_its_time() -> None:
    last = at("2026-11-19T08:30")
    assert not due(at("2026-11-20T08:29"), last, every="daily", at="08:30")
    assert due(at("2026-11-20T08:30"), last, every="daily", at="08:30")
    assert due(at("2026-11-20T11:00"), last, every="daily", at="08:30")
    assert not due(at("2026-11-20T11:00"), at("2026-11-20T08:31"), every="daily", at="08:30")


def test_a_time_that_the_change_of_clocks_skips_is_still_due_that_day() -> None:
    last = at("2026-03-28T02:30")
    assert not due(at("2026-03-29T01:59"), last, every="daily", at="02:30")
    assert due(at("2026-03-29T03:30"), last, every="daily", at="02:30")


def test_a_time_that_comes_twice_is_due_once() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 summer time
    assert due(first, at("2026-10-24T02:30"), every="daily", at="02:30")
    assert not due(first + timedelta(hours=1), first, every="daily", at="02:30")


def test_active_hours_are_local_and_their_end_is_outside() -> None:
    hours = {"from": "08:00", "to": "20:00"}
    inside = [due(at(f"2026-11-20T{hour}"), active_hours=hours) for hour in ("07:59", "08:00", "19:59", "20:00")]
    assert inside == [False, True, True, False]


def test_active_hours_may_run_past_midnight_and_belong_to_the_evening() -> None:
    night: dict[str, Any] = {"active_hours": {"from": "22:00", "to": "02:00"}, "weekdays": ["fri"]}
    moments = ("2026-11-20T21:59", "2026-11-20T22:00", "2026-11-21T01:59", "2026-11-21T02:00", "2026-11-20T01:00")
    assert [due(at(moment), **night) for moment in moments] == [False, True, True, False, False]


def test_week_days_are_those_of_the_zone() -> None:
    sunday_evening_utc = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert due(sunday_evening_utc, weekdays=["mon"])
    assert not due(sunday_evening_utc, weekdays=["mon"], zone="America/New_York")
    assert due(sunday_evening_utc, weekdays=["sun"], zone="America/New_York")


def test_the_schedules_own_zone_goes_before_the_accounts() -> None:
    schedule = Schedule.model_validate({"every": "daily", "at": "08:00", "zone": "Asia/Tokyo"})
    assert is_due(schedule, BERLIN, at("2026-11-20T08:00", ZoneInfo("Asia/Tokyo")), at("2026-11-19T12:00"))
    assert not is_due(schedule, BERLIN, at("2026-11-20T08:00"), at("2026-11-20T00:30"))
