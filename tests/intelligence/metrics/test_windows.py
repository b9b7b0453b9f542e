"""Windows in the account's own days, through changes of clocks and odd time zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.metrics import windows

BERLIN, TOKYO, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
KOLKATA, HAVANA, BEIRUT = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Havana"), ZoneInfo("Asia/Beirut")
ZONES = st.sampled_from([BERLIN, TOKYO, NEW_YORK, KOLKATA, HAVANA, BEIRUT, ZoneInfo("Australia/Lord_Howe")])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "base", "window"),
    [
        ("cpa_7d", "cpa", "7d"),
        ("spend_today", "spend", "today"),
        ("spend_7d_incl_today", "spend", "7d_incl_today"),
        ("spend_15min", "spend", "15min"),
        ("actions.offsite_conversion.fb_pixel_purchase_30d", "actions.offsite_conversion.fb_pixel_purchase", "30d"),
        ("daily_budget", "daily_budget", None),
        ("spend_5d", "spend_5d", None),
        ("spend_99d_incl_today", "spend_99d_incl_today", None),
    ],
)
def test_a_name_splits_into_metric_and_window(name: str, base: str, window: str | None) -> None:
    assert windows.split(name) == (base, window)


@pytest.mark.parametrize(
    ("window", "offsets"),
    [("today", (0, 0)), ("yesterday", (1, 1)), ("7d", (7, 1)), ("7d_incl_today", (6, 0)), ("1d_incl_today", (0, 0))],
)
def test_windows_of_days_exclude_today_unless_they_say_so(window: str, offsets: tuple[int, int]) -> None:
    assert windows.day_offsets(window) == offsets


@pytest.mark.parametrize("window", ["15min", "1h", "24h", "lifetime"])
def test_other_windows_are_not_of_whole_days(window: str) -> None:
    assert windows.is_window(window)
    assert windows.day_offsets(window) is None


def test_the_day_is_the_accounts_own() -> None:
    moment = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert windows.local_day(moment, TOKYO) == date(2026, 11, 21)
    assert windows.local_day(moment, NEW_YORK) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 11, 20), BERLIN, 24),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 3, 29), TOKYO, 24),
    ],
)
def test_a_day_has_23_or_25_hours_when_clocks_change(day: date, zone: ZoneInfo, hours: int) -> None:
    assert windows.day_end(day, zone) - windows.day_start(day, zone) == timedelta(hours=hours)


def test_half_of_a_long_day_is_half_of_its_hours() -> None:
    noon = windows.day_start(date(2026, 10, 25), BERLIN) + timedelta(hours=12.5)
    assert windows.elapsed_share(noon, BERLIN) == 0.5


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_its_own_day(moment: datetime, zone: ZoneInfo) -> None:
    day = windows.local_day(moment, zone)
    assert windows.day_start(day, zone) <= moment < windows.day_end(day, zone)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), ZONES)
def test_days_join_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    assert windows.day_end(day, zone) == windows.day_start(day + timedelta(days=1), zone)
    assert timedelta(hours=22) < windows.day_end(day, zone) - windows.day_start(day, zone) < timedelta(hours=26)


@given(MOMENTS, ZONES)
def test_an_hour_starts_at_a_full_local_hour_within_the_hour_before(moment: datetime, zone: ZoneInfo) -> None:
    start = windows.hour_start(moment, zone)
    assert timedelta(0) <= moment - start < timedelta(hours=1)
    assert moment.astimezone(zone).minute == (moment - start).seconds // 60


def test_in_india_an_hour_starts_at_half_past_in_utc() -> None:
    moment = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
    assert windows.hour_start(moment, KOLKATA) == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
