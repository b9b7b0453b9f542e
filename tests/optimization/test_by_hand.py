"""While execution is off people make the changes, and the next look closes the action."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from metaads.models import AdAccount, AdSet
from optimization.by_hand import close_done_by_hand
from optimization.cycle import run_cycle
from optimization.ledger import events_of
from optimization.models import Status
from optimization.queue.timed import undo_due
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(3, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture(autouse=True)
def _executor_off(settings: Settings) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_what_a_person_did_at_meta_closes_as_done_by_hand(
    account: AdAccount, sets: list[AdSet], status: Status
) -> None:
    done, not_done = budget_action(sets[0], status=status), budget_action(sets[1], status=status)
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=8_000)
    run_cycle(account, NOW)
    done.refresh_from_db()
    not_done.refresh_from_db()
    assert (done.status, done.by_hand, done.executed_at) == (Status.EXECUTED, True, NOW)
    assert "by hand" in done.outcome_note
    assert events_of(done).get().payload["by_hand"] is True
    assert not_done.status == status


def test_another_value_is_not_taken_for_it(account: AdAccount, sets: list[AdSet]) -> None:
    action = budget_action(sets[0], status=Status.APPROVED)
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=7_999)
    run_cycle(account, NOW)
    action.refresh_from_db()
    assert action.status == Status.APPROVED


def test_an_undo_done_by_hand_reverts_its_original(account: AdAccount, sets: list[AdSet]) -> None:
    original = pause_action(sets[0], status=Status.EXECUTED, executed_at=NOW)
    values = {"value_before": "PAUSED", "value_wanted": "ACTIVE", "value_final": "ACTIVE"}
    pause_action(sets[0], kind="activate", source="undo", undo_of=original, status=Status.APPROVED, **values)
    run_cycle(account, NOW)
    original.refresh_from_db()
    assert original.status == Status.REVERTED


def test_with_the_executor_on_nothing_closes_by_itself(
    account: AdAccount, sets: list[AdSet], settings: Settings
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": True}
    action = budget_action(sets[0], status=Status.APPROVED)
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=8_000)
    run_cycle(account, NOW)
    action.refresh_from_db()
    assert action.status == Status.APPROVED


@pytest.mark.parametrize(("status", "hours"), [(Status.APPROVED, 4), (Status.PENDING, None)])
def test_what_was_approved_for_a_time_ends_with_it_also_by_hand(
    account: AdAccount, sets: list[AdSet], status: Status, hours: int | None
) -> None:
    """What nobody approved is the wish of whoever set it."""
    action = budget_action(sets[0], status=status, timed={"hours": 4})
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=8_000)
    run_cycle(account, NOW)
    action.refresh_from_db()
    assert (action.status, action.by_hand) == (Status.EXECUTED, True)
    assert action.undo_at == (NOW + timedelta(hours=hours) if hours else None)


def test_when_execution_is_back_it_is_undone(account: AdAccount, sets: list[AdSet], settings: Settings) -> None:
    action = budget_action(sets[0], status=Status.APPROVED, timed={"hours": 4})
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=8_000)
    run_cycle(account, NOW)
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": True}
    assert undo_due(account, NOW + timedelta(hours=4)) == 1
    assert action.undos.get().value_final == 10_000


def test_of_two_undos_of_one_change_done_by_hand_one_closes_and_the_look_goes_on(
    account: AdAccount, sets: list[AdSet]
) -> None:
    original = budget_action(sets[0], 12_000, status=Status.EXECUTED, executed_at=NOW)
    undo = {"source": "undo", "undo_of": original, "value_before": 12_000}
    both = [budget_action(sets[0], 10_000, status=one, **undo) for one in (Status.PENDING, Status.APPROVED)]
    other = budget_action(sets[1], status=Status.APPROVED)
    AdSet.objects.filter(pk=sets[1].pk).update(daily_budget=8_000)
    assert close_done_by_hand(account, NOW) == 2
    for one in (*both, original, other):
        one.refresh_from_db()
    assert sorted(one.status for one in both) == [Status.EXECUTED, Status.PENDING]
    assert (original.status, other.status) == (Status.REVERTED, Status.EXECUTED)
