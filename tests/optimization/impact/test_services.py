"""Rows for what was executed, and why something is not measured."""

from datetime import timedelta

import pytest

from metaads.models import AdAccount, AdSet, OutsideChange
from notifications.models import Notification
from optimization.impact import services
from optimization.impact.services import is_due, measure_due, open_outcomes
from optimization.models import Action, Effect, Horizon, Outcome, Status
from optimization.outcomes.effects import Measuring, Result, effect_of
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, pause_action

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000)
    return made


@pytest.fixture
def account(ad_set: AdSet) -> AdAccount:
    return ad_set.account


def executed(ad_set: AdSet, **columns: object) -> Action:
    return pause_action(ad_set, **{"status": Status.EXECUTED, "executed_at": NOW, **columns})


def test_what_was_executed_by_hand_gets_its_four_horizons_once(account: AdAccount, ad_set: AdSet) -> None:
    action = executed(ad_set, by_hand=True)
    assert is_due(account, NOW + HOUR)
    assert (open_outcomes(account, NOW + HOUR), open_outcomes(account, NOW + HOUR)) == (4, 0)
    due = dict(action.outcomes.values_list("horizon", "due_at"))
    assert due == {"30m": NOW + HOUR / 2, "24h": NOW + 24 * HOUR, "48h": NOW + 48 * HOUR, "72h": NOW + 72 * HOUR}


def test_an_undo_is_only_checked(account: AdAccount, ad_set: AdSet) -> None:
    first = executed(ad_set)
    undo = executed(ad_set, kind="activate", source="undo", undo_of=first)
    open_outcomes(account, NOW + HOUR)
    assert list(undo.outcomes.values_list("horizon", flat=True)) == ["30m"]


def test_what_was_not_executed_and_what_only_notifies_is_not_measured(account: AdAccount, ad_set: AdSet) -> None:
    pause_action(ad_set)
    executed(AdSetFactory.create(campaign=ad_set.campaign), kind="notify_only")
    assert open_outcomes(account, NOW + HOUR) == 0


def test_figures_that_were_never_read_are_waited_for_and_then_named(account: AdAccount, ad_set: AdSet) -> None:
    action = executed(ad_set)
    assert effect_of(action, Horizon.DAY, Measuring(account, NOW + 25 * HOUR)) is None
    late = effect_of(action, Horizon.DAY, Measuring(account, NOW + 37 * HOUR))
    assert late is not None
    assert (late.verdict, late.effect) == (Effect.UNKNOWN, None)
    assert "never read" in late.note


def test_the_next_change_ends_the_measurement(account: AdAccount, ad_set: AdSet) -> None:
    action = executed(ad_set)
    executed(ad_set, kind="activate", executed_at=NOW + 30 * HOUR)
    later = effect_of(action, Horizon.THREE_DAYS, Measuring(account, NOW + 80 * HOUR))
    assert later is not None
    assert later.verdict == Effect.UNKNOWN
    assert "after 30 hours; the effect until then stands under 48 hours" in later.note


def test_a_change_of_others_right_after_leaves_nothing_to_measure(account: AdAccount, ad_set: AdSet) -> None:
    action = executed(ad_set)
    OutsideChange.objects.create(
        account=account, key="x", level="campaign", entity_id=ad_set.campaign.meta_id, field="daily_budget",
        at=NOW + 2 * HOUR, noticed_at=NOW + 3 * HOUR, source="activity",
    )  # fmt: skip
    found = effect_of(action, Horizon.DAY, Measuring(account, NOW + 25 * HOUR))
    assert found is not None
    assert found.note == "Somebody changed it at Meta after 2.0 hours, too soon to measure anything."


def test_learning_that_begins_anew_after_our_change_is_no_change_of_others(account: AdAccount, ad_set: AdSet) -> None:
    action = executed(ad_set)
    OutsideChange.objects.create(
        account=account, key="x", level="adset", entity_id=ad_set.meta_id, field="learning_status",
        at=NOW + timedelta(seconds=1), noticed_at=NOW + HOUR, source="activity",
    )  # fmt: skip
    assert effect_of(action, Horizon.DAY, Measuring(account, NOW + 25 * HOUR)) is None, "it waits for figures"


def test_a_measurement_that_breaks_is_named_and_stops_no_other(
    account: AdAccount, ad_set: AdSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = executed(ad_set)

    def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(services, "effect_of", broken)
    monkeypatch.setattr(services, "check", lambda *_: None)
    assert measure_due(account, NOW + 25 * HOUR) == 1
    row = action.outcomes.get(horizon=Horizon.DAY)
    assert (row.verdict, row.effect) == (Effect.UNKNOWN, None)
    assert Outcome.objects.filter(measured_at__isnull=True).count() == 3


def test_something_odd_is_told(account: AdAccount, ad_set: AdSet, monkeypatch: pytest.MonkeyPatch) -> None:
    executed(ad_set)
    odd = Result(Effect.ODD, "It still spends although it is paused.")
    monkeypatch.setattr(services, "check", lambda *_: odd)
    assert measure_due(account, NOW + HOUR) == 1
    assert "still spends" in Notification.objects.get().body
