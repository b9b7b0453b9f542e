"""While execution is off people make the changes, and the next look closes the action."""

import pytest
from pytest_django import Settings

from metaads.models import AdAccount, AdSet
from optimization.cycle import run_cycle
from optimization.ledger import events_of
from optimization.models import Status
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
