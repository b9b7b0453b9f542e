"""Rolling up and trimming: nothing is lost that was not summed first, and sums equal their parts."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from intelligence.collect import retention
from intelligence.collect.hours import keep_hours
from intelligence.collect.retention import delete_in_batches, roll_up
from intelligence.collect.store import Slot, keep
from intelligence.models import CreativeDay, DayProfile, HourBlock, Reading, State, StoredFrame, Week
from intelligence.rollup import day_profile, week_profile, weeks
from intelligence.totals import Totals
from metaads.models import AdAccount, Level
from tests.factories.intelligence import Row, hours_kept, reading, totals
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
TODAY = date(2026, 11, 20)
LEVEL = Level.AD_SET
MODELS = (Reading, HourBlock, DayProfile, Week, CreativeDay, State, StoredFrame)


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at(day: date, hour: float) -> datetime:
    """Business time of an hour of a day in Berlin (winter)."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 1)


def live_a_day(account: AdAccount, day: date, reads: dict[float, dict[str, Row]]) -> None:
    """What collections at these hours of the day do."""
    for hour, rows in reads.items():
        made, read_at = totals(rows), at(day, hour)
        keep_hours(account, LEVEL, day, made, read_at)
        keep(Slot(account, LEVEL, day), made, read_at)


def grown(account: AdAccount, days: int = 120) -> None:
    """A daily reading for each of many days, with cents that floats can't hold."""
    for n in range(1, days + 1):
        rows: dict[str, Row] = {"31": {"spend": 0.1 * n, "impressions": n, "actions.lead": n % 3}}
        if n % 2:
            rows["32"] = {"spend": 0.7, "impressions": 10, "actions.lead": 1}
        reading(account, LEVEL, ago(n), at(ago(n - 1), 1), rows)


def kept(account: AdAccount) -> dict[str, list[Any]]:
    """Everything of the account, without keys."""
    return {
        model.__name__: sorted(
            str({name: value for name, value in row.items() if name != "id"})
            for row in model._default_manager.filter(account=account).values()
        )
        for model in MODELS
    }


def of(sums: Totals, entity: int, metric: str) -> Decimal:
    return Decimal(str(sums.metric(metric)[sums.ids.tolist().index(entity)]))


def test_a_week_is_exactly_the_sum_of_its_days(account: AdAccount) -> None:
    grown(account)
    roll_up(account, NOW)
    monday = ago(18)
    assert monday.weekday() == 0
    (week,) = weeks(account, LEVEL, monday, monday)
    days = range(12, 19)
    assert week.days == 7
    assert of(week.totals, 31, "spend") == sum(Decimal(n) / 10 for n in days)
    assert of(week.totals, 31, "impressions") == sum(days)
    assert of(week.totals, 31, "actions.lead") == sum(n % 3 for n in days)
    assert of(week.totals, 32, "spend") == Decimal("0.7") * sum(n % 2 for n in days)
    assert "reach" not in week.totals.columns


def test_all_weeks_together_are_all_days_together(account: AdAccount) -> None:
    grown(account)
    expected = sum(Decimal(n) / 10 for n in range(5, 121))  # the 16th began this week
    roll_up(account, NOW)
    rolled = weeks(account, LEVEL, ago(130), TODAY)
    assert sum(of(week.totals, 31, "spend") for week in rolled) == expected


def test_a_metric_that_a_day_did_not_report_is_unknown_for_the_week(account: AdAccount) -> None:
    for n, row in ((12, {"spend": 1.0, "thruplays": 2}), (13, {"spend": 1.0})):
        reading(account, LEVEL, ago(n), at(ago(n), 30), {"31": row})
    roll_up(account, NOW)
    (week,) = weeks(account, LEVEL, ago(18), ago(18))
    assert week.days == 2
    assert of(week.totals, 31, "spend") == Decimal(2)
    assert of(week.totals, 31, "thruplays").is_nan()


def test_a_restatement_of_a_rolled_day_reaches_the_week(account: AdAccount) -> None:
    grown(account)
    roll_up(account, NOW)
    reading(account, LEVEL, ago(13), NOW, {"31": {"spend": 100.05}})
    roll_up(account, NOW)
    (week,) = weeks(account, LEVEL, ago(18), ago(18))
    assert of(week.totals, 31, "spend") == sum(Decimal(n) / 10 for n in range(12, 19) if n != 13) + Decimal("100.05")


def test_days_go_by_whole_weeks_and_their_revisions_with_them(account: AdAccount) -> None:
    grown(account)
    reading(account, LEVEL, ago(110), at(ago(109), 9), {"31": {"spend": 5}})
    reading(account, LEVEL, ago(20), at(ago(19), 9), {"31": {"spend": 5}})
    roll_up(account, NOW)
    first = Reading.objects.order_by("day").values_list("day", flat=True)[0]
    assert first == date(2026, 8, 17)  # the Monday of the week of 90 days ago
    assert Reading.objects.filter(day=ago(20)).count() == 2


def test_a_restated_day_older_than_the_readings_does_not_shrink_its_week(account: AdAccount) -> None:
    grown(account)
    roll_up(account, NOW)
    before = kept(account)
    reading(account, LEVEL, ago(110), NOW, {"31": {"spend": 1}})
    roll_up(account, NOW)
    assert kept(account) == before


def test_nothing_is_deleted_before_it_is_rolled_up(account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(account)
    live_a_day(account, ago(9), {1: {"31": {"spend": 1}}})
    made = [step for step in retention._STEPS if not step[0].startswith("sums") and not step[0].startswith("profiles")]
    monkeypatch.setattr(retention, "_STEPS", tuple(made))
    before = kept(account)
    roll_up(account, NOW)
    assert kept(account) == before


def test_rolling_up_twice_changes_nothing(account: AdAccount) -> None:
    grown(account)
    roll_up(account, NOW)
    once = kept(account)
    again = roll_up(account, NOW)
    assert kept(account) == once
    assert str(again) == "nothing to do"


class Killed(BaseException):
    pass


def two_alike() -> tuple[AdAccount, AdAccount]:
    one, other = (AdAccountFactory.create() for _ in range(2))
    for account in (one, other):
        grown(account)
        live_a_day(account, ago(9), {float(hour): {"31": {"spend": hour / 10}} for hour in range(1, 25)})
    return one, other


@pytest.mark.parametrize("killed_in", range(1, 4))
def test_killed_between_two_batches_it_ends_the_same(db: None, monkeypatch: pytest.MonkeyPatch, killed_in: int) -> None:
    done: list[int] = []

    def dying(rows: Any, size: int = 25) -> Any:
        for count in delete_in_batches(rows, size):
            done.append(count)
            if len(done) == killed_in:
                raise Killed
            yield count

    account, other = two_alike()
    roll_up(other, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(retention, "delete_in_batches", dying)
        with pytest.raises(Killed):
            roll_up(account, NOW)
    assert anonymous(kept(account), account) != anonymous(kept(other), other)
    roll_up(account, NOW)
    assert anonymous(kept(account), account) == anonymous(kept(other), other)


@pytest.mark.parametrize("killed_before", ["sums of weeks", "old hours", "old days", "old weeks"])
def test_killed_between_two_steps_it_ends_the_same(db: None, killed_before: str) -> None:
    def dying(step: str) -> None:
        if step == killed_before:
            raise Killed

    account, other = two_alike()
    roll_up(other, NOW)
    with pytest.raises(Killed):
        roll_up(account, NOW, dying)
    roll_up(account, NOW)
    assert anonymous(kept(account), account) == anonymous(kept(other), other)


def anonymous(rows: dict[str, list[Any]], account: AdAccount) -> dict[str, list[str]]:
    return {name: [text.replace(f"'account_id': {account.pk},", "") for text in held] for name, held in rows.items()}


def test_another_account_is_not_touched(account: AdAccount) -> None:
    other: AdAccount = AdAccountFactory.create()
    for one in (account, other):
        grown(one)
    before = kept(other)
    roll_up(account, NOW)
    assert kept(other) == before


def test_an_imported_account_keeps_its_whole_past(db: None) -> None:
    imported: AdAccount = AdAccountFactory.create(read_only=True)
    grown(imported, 400)
    roll_up(imported, NOW)
    assert Reading.objects.filter(account=imported).count() == 400


def test_the_hours_of_a_day_are_its_profile_exactly(account: AdAccount) -> None:
    day = ago(2)
    live_a_day(account, day, {1: {"31": {"spend": 0.1}}, 2: {"31": {"spend": 0.3}, "32": {"spend": 7}}})
    live_a_day(account, day, {5: {"31": {"spend": 1.1}, "32": {"spend": 7}}, 6: {"31": {"spend": 1.4}}})
    by_entity: dict[str, Decimal] = defaultdict(Decimal)
    for one in hours_kept(account):
        by_entity[one.entity_id] += one.spend or 0
    roll_up(account, NOW)
    profile = day_profile(account, LEVEL, day)
    assert profile is not None
    assert profile.seen.tolist() == [1, 1, 0, 0, 0, 1] + [0] * 18
    first = profile.slots["spend"][:, 0].tolist()
    assert first[:2] == [0.1, 0.2]
    assert first[5] == 0.3
    assert all(value != value for value in first[2:5])  # seen only together
    assert profile.unplaced["spend"].tolist() == [0.8, 0.0]
    for i, entity in enumerate(profile.ids.tolist()):
        slots = [Decimal(str(value)) for value in profile.slots["spend"][:, i].tolist() if value == value]
        assert sum(slots) + Decimal(str(profile.unplaced["spend"][i])) == by_entity[str(entity)]


def test_hours_go_after_a_week_and_their_profile_stays(account: AdAccount) -> None:
    for n in (9, 3):
        live_a_day(account, ago(n), {float(hour): {"31": {"spend": hour}} for hour in range(1, 25)})
    roll_up(account, NOW)
    assert {one.local_date for one in hours_kept(account)} == {ago(3)}
    profile = day_profile(account, LEVEL, ago(9))
    assert profile is not None
    assert profile.slots["spend"][:, 0].tolist() == [1.0] * 24


def test_an_hour_read_again_before_it_goes_reaches_the_profile(account: AdAccount) -> None:
    live_a_day(account, ago(1), {1: {"31": {"spend": 1}}})
    roll_up(account, NOW)
    live_a_day(account, ago(1), {2: {"31": {"spend": 5}}})
    roll_up(account, NOW)
    profile = day_profile(account, LEVEL, ago(1))
    assert profile is not None
    assert profile.slots["spend"][:2, 0].tolist() == [1, 4]


def test_a_week_has_seven_times_24_slots(account: AdAccount) -> None:
    monday = ago(18)
    for n in (18, 14):
        live_a_day(account, ago(n), {float(hour): {"31": {"spend": hour * n}} for hour in range(1, 24)})
        live_a_day(account, ago(n), {24.1: {"31": {"spend": 24 * n}, **({"32": {"spend": 0}} if n == 14 else {})}})
    roll_up(account, NOW)
    week = week_profile(account, LEVEL, monday)
    assert week.slots["spend"].shape == (7, 24, 2)
    assert week.slots["spend"][0, :, 0].tolist() == [18.0] * 24
    assert week.slots["spend"][4, :, 0].tolist() == [14.0] * 24
    assert (week.seen.sum(axis=1) > 0).tolist() == [True, False, False, False, True, False, False]
    assert week.slots["spend"][1, 0, 0] != week.slots["spend"][1, 0, 0]


def test_profiles_of_ad_sets_outlive_their_days_and_end_with_their_week(account: AdAccount) -> None:
    for n in (100, 400):
        live_a_day(account, ago(n), {1: {"31": {"spend": 1}}})
    roll_up(account, NOW)
    assert list(DayProfile.objects.values_list("day", flat=True)) == [ago(100)]
    assert list(Week.objects.values_list("first_day", flat=True)) == [date(2026, 8, 10)]


def test_settings_say_how_long(account: AdAccount, settings: Any) -> None:
    settings.RETAIN_DAILY_DAYS, settings.INITIAL_HISTORICAL_DAYS = 35, 30
    grown(account, 80)
    roll_up(account, NOW)
    assert Reading.objects.order_by("day").values_list("day", flat=True)[0] == date(2026, 10, 12)


def test_what_the_first_connection_reads_is_never_trimmed_at_once(account: AdAccount, settings: Any) -> None:
    settings.INITIAL_HISTORICAL_DAYS = 110
    grown(account)
    roll_up(account, NOW)
    assert Reading.objects.filter(day__gte=ago(110)).count() == 110
