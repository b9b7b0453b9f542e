"""A rule is looked at when its hour comes, not only when new data do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from config.pipeline import queue_scheduled
from intelligence.models import Freshness
from metaads.models import AdAccount, AdSet
from metaads.switch import SwitchedOff
from optimization.cycle import run_cycle
from optimization.incident.stops import set_stop
from optimization.models import Action, LedgerEvent, Rule, Run
from optimization.pipeline import look_on_time
from optimization.scheduled import look_scheduled, overdue
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
MINUTE = timedelta(minutes=1)
MORNING = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # 8:30 in Berlin


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.fixture
def account(ad_set: AdSet) -> AdAccount:
    return ad_set.account


def collected(ad_set: AdSet, at: datetime, spent: float = 60) -> None:
    """A table of that moment, and word that the level was read then."""
    columns: dict[str, list[Any]] = {"ids": [ad_set.meta_id], "name": [ad_set.name], "spend_7d": [spent]}
    keep_frame(ad_set.account, "adset", columns, at, timedelta(0))
    Freshness.objects.update_or_create(account=ad_set.account, level="adset", defaults={"read_at": at})


def scheduled(account: AdAccount, every: str, **rest: str) -> Rule:
    return make_rule(account, SPENDS, schedule={"every": every, **rest}, name=every)


def names(account: AdAccount, now: datetime) -> list[str]:
    return [look.rule.name for look in overdue(account, now)]


def test_a_rule_of_the_day_is_looked_at_at_its_minute_in_the_accounts_own_time(
    ad_set: AdSet, account: AdAccount
) -> None:
    rule = scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING)
    run_cycle(account, MORNING)
    assert names(account, MORNING + 29 * MINUTE) == []
    nine = MORNING + 30 * MINUTE
    assert look_scheduled(account, nine) == "1 rules looked at, 1 matches."
    run = Run.objects.get(kind="scheduled")
    assert (run.counts["rules"], run.counts["created"], run.slot) == ([rule.pk], 1, "2026-11-20T08:00:00+00:00")
    action = Action.objects.get()
    assert (action.proposed_at, action.data_read_at) == (nine, MORNING)


def test_it_is_looked_at_once_a_day_and_not_again_when_data_come(ad_set: AdSet, account: AdAccount) -> None:
    scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING)
    nine = MORNING + 30 * MINUTE
    look_scheduled(account, nine)
    assert look_scheduled(account, nine + MINUTE) == "no rule's hour has come"
    later = nine + 10 * MINUTE
    collected(ad_set, later, 40)
    run = run_cycle(account, later)
    assert run is not None
    assert run.counts["rules"] == []
    collected(ad_set, nine + timedelta(hours=22, minutes=59))
    assert names(account, nine + timedelta(hours=23, minutes=59)) == []
    assert names(account, nine + timedelta(hours=24)) == ["daily"]


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [("2026-10-24", 7), ("2026-10-25", 8), ("2026-03-28", 8), ("2026-03-29", 7)],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(
    ad_set: AdSet, account: AdAccount, day: str, utc_hour: int
) -> None:
    """Berlin goes back to winter time on 25 October 2026 and forward on 29 March 2026."""
    scheduled(account, "daily", at="09:00")
    nine = datetime.fromisoformat(f"{day}T{utc_hour:02}:00:00+00:00")
    collected(ad_set, nine - 20 * MINUTE)
    Run.objects.create(
        account=account,
        kind="scheduled",
        slot="before",
        started_at=nine - timedelta(hours=20),
        counts={"rules": list(Rule.objects.values_list("pk", flat=True))},
    )
    assert names(account, nine - MINUTE) == []
    assert names(account, nine) == ["daily"]


def test_a_schedules_own_zone_counts_instead_of_the_accounts(ad_set: AdSet, account: AdAccount) -> None:
    scheduled(account, "daily", at="03:00", zone="America/New_York")
    collected(ad_set, MORNING)
    run_cycle(account, MORNING - timedelta(hours=20))
    Run.objects.update(counts={"rules": [Rule.objects.get().pk]})
    eight_utc = MORNING + 30 * MINUTE
    assert names(account, eight_utc) == ["daily"]


@pytest.mark.parametrize(("every", "first"), [("hourly", 70), ("15min", 17), ("5min", 7)])
def test_the_others_wait_a_little_for_new_data_before_they_are_looked_at_on_old(
    ad_set: AdSet, account: AdAccount, every: str, first: int
) -> None:
    scheduled(account, every)
    collected(ad_set, MORNING)
    run_cycle(account, MORNING)
    assert names(account, MORNING + (first - 1) * MINUTE) == []
    assert names(account, MORNING + first * MINUTE) == [every]
    look_scheduled(account, MORNING + first * MINUTE)
    assert names(account, MORNING + (first + 1) * MINUTE) == []


def test_only_the_schedule_that_is_overdue_is_looked_at(ad_set: AdSet, account: AdAccount) -> None:
    daily, _ = scheduled(account, "daily", at="09:33"), scheduled(account, "hourly")
    make_rule(account, SPENDS, name="with new data")
    collected(ad_set, MORNING)
    run_cycle(account, MORNING)
    look_scheduled(account, MORNING + 63 * MINUTE)  # the hourly one is due too, and waits for the collection
    assert Run.objects.get(kind="scheduled").counts["rules"] == [daily.pk]


def test_on_data_that_are_too_old_nothing_is_looked_at_and_the_rule_stays_due(
    ad_set: AdSet, account: AdAccount
) -> None:
    scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING - timedelta(hours=3))
    nine = MORNING + 30 * MINUTE
    assert names(account, nine) == []
    assert look_scheduled(account, nine) == "no rule's hour has come"
    collected(ad_set, nine + 7 * MINUTE)
    assert names(account, nine + 7 * MINUTE) == ["daily"]


def test_a_rule_that_broke_is_left_to_the_next_data(ad_set: AdSet, account: AdAccount) -> None:
    scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING)
    Rule.objects.update(consecutive_failures=1)
    assert names(account, MORNING + 30 * MINUTE) == []


def test_a_doubled_message_looks_once(ad_set: AdSet, account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING)
    nine = MORNING + 30 * MINUTE
    due = overdue(account, nine)
    monkeypatch.setattr("optimization.scheduled.overdue", lambda *args: due)
    look_scheduled(account, nine)
    events = LedgerEvent.objects.count()
    look_scheduled(account, nine + timedelta(seconds=30))
    assert (Run.objects.filter(kind="scheduled").count(), LedgerEvent.objects.count()) == (1, events)


def test_during_a_stop_or_with_rules_off_nothing_is_looked_at(
    ad_set: AdSet, account: AdAccount, settings: Settings
) -> None:
    scheduled(account, "daily", at="09:00")
    collected(ad_set, MORNING)
    nine = MORNING + 30 * MINUTE
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_RULES_ENGINE": False}
    with pytest.raises(SwitchedOff):
        look_scheduled(account, nine)
    assert "ENABLE_RULES_ENGINE" in look_on_time(account, nine)
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_RULES_ENGINE": True}
    set_stop(None, None, nine, "")
    Rule.objects.update(active=True)  # somebody switches it on again while the stop still stands
    assert "a stop is in force" in look_on_time(account, nine)
    assert not Run.objects.exists()


def test_the_queue_gets_one_task_for_each_account_whose_rule_waits(
    ad_set: AdSet, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr("config.pipeline.async_task", lambda task, pk, **_: sent.append((task, pk)))
    monkeypatch.setattr("config.pipeline.business_now", lambda account: MORNING + 30 * MINUTE)
    other: AdSet = AdSetFactory.create()
    for one in (ad_set, other):
        collected(one, MORNING)
    scheduled(account, "daily", at="09:00")
    assert [queue_scheduled(), queue_scheduled()] == [1, 0]
    assert sent == [("optimization.tasks.look_scheduled", account.pk)]
