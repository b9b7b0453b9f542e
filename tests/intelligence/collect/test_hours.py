"""Hours as differences of the day's totals."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intelligence.collect.hours import hour_of, keep_hours
from intelligence.collect.store import Slot, keep
from intelligence.metrics import windows
from intelligence.models import HourBlock
from intelligence.snapshots import Snapshot, hours_of
from metaads.models import AdAccount, Level
from tests.factories.intelligence import Row, hours_kept, totals
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # midnight in Berlin


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def read(account: AdAccount, at: datetime, row: Row, day: date = DAY, level: str = Level.AD_SET) -> int:
    """What a collection does with one day: hours first, then the reading."""
    made = totals({"31": row})
    written = keep_hours(account, level, day, made, at)
    keep(Slot(account, level, day), made, at)
    return written


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def hours(account: AdAccount) -> list[tuple[int, int, float | None]]:
    rows = hours_kept(account)
    return [(row.local_hour, row.hours, None if row.spend is None else float(row.spend)) for row in rows]


def only(account: AdAccount, local_hour: int | None = None) -> Snapshot:
    """The one row there is, or the one of this local hour."""
    (row,) = [row for row in hours_kept(account) if local_hour in (None, row.local_hour)]
    return row


def test_an_hour_is_what_was_added_since_the_hour_before(account: AdAccount) -> None:
    for hour, spent in ((1, 2.5), (2, 4.0), (3, 4.0)):
        read(account, at(hour), {"spend": spent})
    assert hours(account) == [(0, 1, 2.5), (1, 1, 1.5), (2, 1, 0.0)]


def test_a_reading_a_few_minutes_late_still_completes_the_hour_before(account: AdAccount) -> None:
    read(account, at(1.05), {"spend": 1})
    read(account, at(2.05), {"spend": 3})
    assert hours(account) == [(0, 1, 1.0), (1, 1, 2.0)]


def test_reading_an_hour_twice_leaves_one_row_with_the_newest_values(account: AdAccount) -> None:
    read(account, at(1), {"spend": 1})
    read(account, at(1.5), {"spend": 2})
    read(account, at(1.8), {"spend": 3.5})
    assert hours(account) == [(0, 1, 1.0), (1, 1, 2.5)]


def test_reading_the_same_moment_twice_changes_nothing(account: AdAccount) -> None:
    for _ in range(2):
        read(account, at(1), {"spend": 1})
        read(account, at(2), {"spend": 2})
    assert hours(account) == [(0, 1, 1.0), (1, 1, 1.0)]


def test_missed_hours_stay_one_interval_under_the_first_of_them(account: AdAccount) -> None:
    read(account, at(1), {"spend": 1})
    read(account, at(5), {"spend": 9})
    assert hours(account) == [(0, 1, 1.0), (1, 4, 8.0)]


def test_half_an_hour_can_be_told_from_a_whole_one(account: AdAccount) -> None:
    read(account, at(1), {"spend": 1})
    read(account, at(1.5), {"spend": 2})
    row = only(account, 1)
    assert row.read_at - row.since == timedelta(minutes=30)


def test_an_hour_without_change_is_a_zero_and_not_a_gap(account: AdAccount) -> None:
    for hour, spent in ((1, 1.0), (2, 1.0), (3, 1.0), (4, 5.0)):
        read(account, at(hour), {"spend": spent})
    assert hours(account) == [(0, 1, 1.0), (1, 1, 0.0), (2, 1, 0.0), (3, 1, 4.0)]


def test_the_first_reading_after_midnight_completes_the_last_hour(account: AdAccount) -> None:
    read(account, at(23), {"spend": 10})
    read(account, at(24.1), {"spend": 12})
    assert hours(account)[-1] == (23, 1, 2.0)
    assert only(account, 23).read_at == at(24)


def test_what_meta_restates_later_changes_no_hour(account: AdAccount) -> None:
    read(account, at(24.1), {"spend": 12})
    before = hours(account)
    assert read(account, at(30), {"spend": 20}) == 0
    assert hours(account) == before


def test_a_first_reading_days_later_makes_no_hours(account: AdAccount) -> None:
    assert read(account, at(72), {"spend": 20}) == 0


def test_an_older_read_does_not_overwrite_a_newer_one(account: AdAccount) -> None:
    read(account, at(2), {"spend": 5})
    assert read(account, at(1), {"spend": 1}) == 0
    assert hours(account) == [(0, 2, 5.0)]


def test_meta_taking_something_back_is_a_negative_hour(account: AdAccount) -> None:
    read(account, at(1), {"spend": 3})
    read(account, at(2), {"spend": 2})
    assert hours(account)[1] == (1, 1, -1.0)


def test_an_entity_that_starts_later_has_its_first_hour_in_full(account: AdAccount) -> None:
    keep(Slot(account, Level.AD_SET, DAY), totals({}), at(1))
    read(account, at(2), {"spend": 7})
    assert hours(account) == [(1, 1, 7.0)]


def test_unknown_stays_unknown_in_the_hour(account: AdAccount) -> None:
    read(account, at(1), {"spend": 1, "impressions": 10})
    row = only(account)
    assert (row.impressions, row.thruplays, row.conversions) == (10, None, None)


def test_a_known_zero_now_makes_the_hour_zero_though_it_was_unknown_before(account: AdAccount) -> None:
    read(account, at(1), {"spend": 1})
    read(account, at(2), {"spend": 2, "actions.link_click": 3})
    row = only(account, 1)
    assert row.conversions == 0


def test_actions_are_kept_by_type_as_what_was_added(account: AdAccount) -> None:
    read(account, at(1), {"actions.lead": 2, "actions.omni_purchase": 1, "action_values.omni_purchase": 40})
    read(account, at(2), {"actions.lead": 2, "actions.omni_purchase": 3, "action_values.omni_purchase": 100.5})
    row = only(account, 1)
    assert (row.actions, row.action_values) == ({"omni_purchase": 2.0}, {"omni_purchase": 60.5})
    assert (row.conversions, row.conversion_value) == (Decimal(2), Decimal("60.5"))


def test_the_state_at_that_time_is_kept_beside_the_figures(account: AdAccount) -> None:
    campaign = CampaignFactory.create(account=account)
    AdSetFactory.create(campaign=campaign, meta_id="31", learning_status="LEARNING", daily_budget=7_500)
    read(account, at(1), {"spend": 1, "reach": 80})
    row = only(account)
    assert (row.status, row.learning_status, row.daily_budget, row.day_reach) == ("ACTIVE", "LEARNING", 7_500, 80)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (DAY, 24)])
def test_a_day_has_as_many_hours_as_its_clock_gave_it(account: AdAccount, day: date, count: int) -> None:
    start = windows.day_start(day, account.zone)
    for hour in range(1, count + 1):
        read(account, start + timedelta(hours=hour), {"spend": float(hour)}, day)
    found = hours_kept(account, local_date=day)
    assert len(found) == count
    assert {row.hours for row in found} == {1}
    assert {float(row.spend or 0) for row in found} == {1.0}


def test_in_india_hours_begin_at_the_accounts_full_hour(db: None) -> None:
    account = AdAccountFactory.create(timezone_name="Asia/Kolkata")
    read(account, datetime(2026, 11, 20, 6, 30, tzinfo=UTC), {"spend": 1})
    row = only(account)
    assert (row.local_hour, row.hours, row.hour) == (0, 12, datetime(2026, 11, 19, 18, 30, tzinfo=UTC))


def test_the_hours_of_one_entity_are_asked_by_their_start(account: AdAccount) -> None:
    for hour in (1, 2, 3):
        made = totals({"31": {"spend": hour}, "32": {"spend": hour * 10}})
        keep_hours(account, Level.AD_SET, DAY, made, at(hour))
        keep(Slot(account, Level.AD_SET, DAY), made, at(hour))
    found = hours_of(account, Level.AD_SET, "32", at(1), at(3))
    assert [(row.hour, row.spend) for row in found] == [(at(1), Decimal(10)), (at(2), Decimal(10))]
    assert hours_of(account, Level.AD, "32", at(0), at(3)) == ()
    assert hours_of(account, Level.AD_SET, "99", at(0), at(3)) == ()


def test_a_read_that_lists_nobody_is_an_hour_without_delivery(account: AdAccount) -> None:
    keep_hours(account, Level.AD_SET, DAY, totals({}), at(1))
    assert HourBlock.objects.get().rows == 0


def test_metas_own_conversion_lists_are_kept_by_type(account: AdAccount) -> None:
    read(account, at(1), {"conversions.subscribe": 1})
    read(account, at(2), {"conversions.subscribe": 4, "conversion_values.subscribe": 12})
    row = only(account, 1)
    assert row.conversions_by_type == {"subscribe": 3}


def test_a_reading_stands_for_the_hour_a_quarter_of_an_hour_before_it(account: AdAccount) -> None:
    assert hour_of(at(5.2), DAY, account) == at(4)
    assert hour_of(at(5.3), DAY, account) == at(5)
    assert hour_of(at(0.1), DAY, account) == at(0)
    assert hour_of(at(40), DAY, account) == at(23)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 1500), st.integers(0, 10_000)), min_size=1, max_size=8, unique_by=lambda x: x[0])
)
@example([(1, 0), (555, 0), (556, 0)])
@example([(1, 0), (300, 0), (555, 0), (556, 7)])
def test_the_hours_of_a_day_add_up_to_its_last_reading(account: AdAccount, reads: list[tuple[int, int]]) -> None:
    """Whatever the minutes of the readings (the last may lie after midnight), and though Meta takes things back."""
    account = AdAccountFactory.create()
    minutes = sorted(reads)
    closing = [m for m, _ in minutes if m >= 1440][:1]
    counted = [(m, cents) for m, cents in minutes if m < 1440 or m in closing]
    for minute, cents in minutes:
        read(account, at(minute / 60), {"spend": cents / 100})
    rows = hours_kept(account)
    assert round(sum(float(row.spend or 0) for row in rows), 2) == counted[-1][1] / 100
    starts = sorted((row.hour, row.hours) for row in rows)
    assert all(one + timedelta(hours=n) <= two for (one, n), (two, _) in pairwise(starts))
