"""Undo: who may, what it makes, when it is refused, and what it makes way for."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from metaads.models import AdSet, Role
from optimization.ledger import events_of
from optimization.models import Action, Source, Status
from optimization.queue import services
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed, Stale
from tests.factories.metaads import AdSetFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.fixture
def executed(ad_set: AdSet) -> Action:
    """A cut from 100.00 to 80.00 that is in effect."""
    action = budget_action(ad_set, status=Status.EXECUTED, executed_at=NOW, expires_at=None)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=8_000)
    return action


def test_a_viewer_cannot_undo_and_the_installations_administrator_can(executed: Action, member: Member) -> None:
    with pytest.raises(NotAllowed):
        services.undo(executed.pk, member(executed.account, Role.VIEWER), NOW)
    boss = UserFactory.create(is_superuser=True)
    assert services.undo(executed.pk, boss, NOW).status == Status.APPROVED


def test_an_undo_is_a_new_approved_action_with_the_old_value(executed: Action, member: Member) -> None:
    user = member(executed.account)
    undoing = services.undo(executed.pk, user, NOW)
    assert (undoing.source, undoing.kind, undoing.undo_of) == (Source.UNDO, "set_budget", executed)
    assert (undoing.value_before, undoing.value_final, undoing.amount_pct) == (8_000, 10_000, Decimal("25.00"))
    assert (undoing.status, undoing.decided_by) == (Status.APPROVED, user)
    assert [event.kind for event in events_of(undoing)] == ["optimization_suggested", "optimization_approved"]
    executed.refresh_from_db()
    assert executed.status == Status.EXECUTED


def test_a_second_undo_is_refused_while_the_first_is_on_its_way(executed: Action) -> None:
    services.undo(executed.pk, None, NOW)
    with pytest.raises(AlreadyDecided, match="being undone"):
        services.undo(executed.pk, None, NOW)


@pytest.mark.parametrize("end", [Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.SUPERSEDED])
def test_an_undo_that_came_to_nothing_can_be_tried_again(executed: Action, end: Status) -> None:
    first = services.undo(executed.pk, None, NOW)
    Action.objects.filter(pk=first.pk).update(status=end)
    assert services.undo(executed.pk, None, NOW).status == Status.APPROVED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.EXECUTED}))
def test_only_what_was_executed_can_be_undone(ad_set: AdSet, status: Status) -> None:
    with pytest.raises(Invalid, match="Only an executed change"):
        services.undo(budget_action(ad_set, status=status).pk, None, NOW)


def test_undoing_a_pause_makes_way_for_itself_where_a_rule_proposes_the_same(ad_set: AdSet) -> None:
    pause = pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW)
    AdSet.objects.update(status="PAUSED")
    values = {"kind": "activate", "value_before": "PAUSED", "value_wanted": "ACTIVE", "value_final": "ACTIVE"}
    relaunch = pause_action(ad_set, **values)
    assert services.undo(pause.pk, None, NOW).kind == "activate"
    relaunch.refresh_from_db()
    assert (relaunch.status, relaunch.outcome_note) == (Status.SUPERSEDED, "A person undoes the last change instead.")


def test_nothing_is_undone_while_execution_is_off(executed: Action, settings: Settings) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    with pytest.raises(Invalid, match="ENABLE_ACTION_EXECUTOR"):
        services.undo(executed.pk, None, NOW)


def test_what_vanished_cannot_be_undone(executed: Action) -> None:
    AdSet.objects.update(deleted_at=NOW)
    with pytest.raises(Stale, match="no longer exists"):
        services.undo(executed.pk, None, NOW)
