"""An emergency: what is undone and paused under its id while everything else is stopped, and that twice is once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from pytest_django import Settings

from metaads.models import AdAccount, AdSet, Role
from notifications.models import Notification
from optimization.dispatch import run_action
from optimization.incident.emergency import STAYS_PAUSED, emergency, follow, open_incident
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import verify
from optimization.models import Action, Incident, LedgerEvent, Source, Status
from optimization.queue import services
from optimization.queue.errors import Invalid
from optimization.queue.selectors import claimable
from tests.factories.metaads import AdAccountFactory, AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, pause_action
from tests.optimization.conftest import Meta

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
Propose = Callable[..., Action]
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    return made


def executed(ad_set: AdSet, wanted: int, hours_ago: float = 1, **columns: Any) -> Action:
    ad_set.refresh_from_db()
    at = NOW - timedelta(hours=hours_ago)
    action = budget_action(ad_set, wanted, **{"status": Status.EXECUTED, "executed_at": at, **columns})
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=wanted)
    return action


def of(incident: Incident) -> list[tuple[str, Any]]:
    return [(action.source, action.value_final) for action in incident.actions.order_by("pk")]


def test_a_stop_opens_an_incident_and_touches_nothing_unless_asked(ad_set: AdSet, member: Member) -> None:
    executed(ad_set, 12_000)
    user = member(ad_set.account)
    incident = emergency(ad_set.account, user, NOW, "too much")
    assert incident.stop is not None
    assert (incident.account, incident.opened_by, incident.revert_hours) == (ad_set.account, user, None)
    assert of(incident) == []
    kinds = list(LedgerEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["emergency_stop_set", "incident_opened"]


def test_reverts_and_pauses_are_approved_at_once_under_its_id(ad_set: AdSet) -> None:
    old, new = executed(ad_set, 12_000, hours_ago=5), executed(ad_set, 13_000, hours_ago=1)
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=4, pause_affected=True)
    assert of(incident) == [(Source.INCIDENT, "PAUSED"), (Source.UNDO, 12_000)]
    assert {action.status for action in incident.actions.all()} == {Status.APPROVED}
    assert incident.actions.get(source=Source.UNDO).undo_of == new
    assert not old.undos.exists()
    assert set(claimable(ad_set.account)) == set(incident.actions.all())
    assert verify() == []


def test_pressing_again_does_nothing_twice_and_more_hours_reach_further(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000)
    executed(ad_set, 12_000, hours_ago=1)
    older = executed(other, 6_000, hours_ago=3)
    first = emergency(ad_set.account, None, NOW, "too much", revert_hours=2, pause_affected=True)
    before = of(first)
    assert emergency(ad_set.account, None, LATER, "again", revert_hours=2, pause_affected=True) == first
    assert follow(first, LATER) == 0
    assert of(first) == before
    wider = emergency(ad_set.account, None, LATER, "again", revert_hours=4)
    assert wider.revert_hours == 4
    assert wider.actions.filter(undo_of=older).count() == 1
    assert Action.objects.filter(source=Source.UNDO).count() == 2
    assert LedgerEvent.objects.filter(kind="incident_opened").count() == 2


def test_what_was_on_the_wire_is_undone_when_it_has_settled(ad_set: AdSet) -> None:
    flying = executed(ad_set, 12_000, status=Status.UNCERTAIN, executed_at=None, executing_at=NOW)
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=1)
    assert of(incident) == []
    assert "still under way" in Incident.objects.get().left[str(flying.public_id)]
    Action.objects.filter(pk=flying.pk).update(status=Status.EXECUTED, executed_at=LATER)
    assert follow(incident, LATER) == 1
    assert of(incident) == [(Source.UNDO, 10_000)]


def test_an_undo_that_meta_refused_is_not_tried_for_ever(ad_set: AdSet) -> None:
    executed(ad_set, 12_000)
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=1)
    incident.actions.update(status=Status.FAILED)
    assert follow(incident, LATER) == 0


def test_what_we_paused_stays_paused_where_what_was_touched_is_to_be_paused(ad_set: AdSet) -> None:
    paused = pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW - timedelta(minutes=5))
    AdSet.objects.update(status="PAUSED")
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=1, pause_affected=True)
    assert of(incident) == []
    assert Incident.objects.get().left == {str(paused.public_id): STAYS_PAUSED}
    assert incident.actions.count() == 0


def test_what_somebody_changed_since_is_left_with_the_reason(ad_set: AdSet) -> None:
    raised = executed(ad_set, 12_000)
    AdSet.objects.update(daily_budget=15_000)
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=1)
    assert of(incident) == []
    reason = "It was changed since: we set 120.00 EUR, now it is 150.00 EUR."
    assert Incident.objects.get().left == {str(raised.public_id): reason}


def test_odd_hours_never_keep_it_from_stopping(ad_set: AdSet) -> None:
    with pytest.raises(Invalid, match="hours"):
        emergency(ad_set.account, None, NOW, "too much", revert_hours=-3)
    incident = Incident.objects.get()
    assert incident.stop is not None
    assert incident.stop.lifted_at is None


def test_while_the_executor_is_off_it_waits_and_says_so(ad_set: AdSet, settings: Settings) -> None:
    raised, switches = executed(ad_set, 12_000), settings.SWITCHES
    settings.SWITCHES = {**switches, "ENABLE_ACTION_EXECUTOR": False}
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=1)
    assert of(incident) == []
    assert "ENABLE_ACTION_EXECUTOR" in Incident.objects.get().left[str(raised.public_id)]
    settings.SWITCHES = switches
    assert follow(incident, LATER) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_it_is_for_managers(ad_set: AdSet, member: Member, role: Role | None) -> None:
    user = member(ad_set.account, role) if role else UserFactory.create()
    with pytest.raises(PermissionDenied):
        emergency(ad_set.account, user, NOW, "no", revert_hours=1)
    stop = set_stop(ad_set.account, None, NOW, "")
    with pytest.raises(PermissionDenied):
        open_incident(stop, user, NOW, 1, True)
    assert not Incident.objects.exists()


def test_everything_is_every_account_each_in_its_own_time_and_only_for_administrators(ad_set: AdSet) -> None:
    ahead = AdSetFactory.create(daily_budget=5_000)
    connection = ahead.account.connection
    connection.clock_offset = timedelta(days=2)
    connection.save()
    executed(ad_set, 12_000)
    there = executed(ahead, 6_000)
    Action.objects.filter(pk=there.pk).update(executed_at=NOW + timedelta(days=2, minutes=-10))
    manager = MembershipFactory.create(account=ad_set.account).user
    with pytest.raises(PermissionDenied):
        emergency(None, manager, NOW, "no", revert_hours=2)
    incident = emergency(None, UserFactory.create(is_superuser=True), NOW, "all", revert_hours=2)
    assert {action.account for action in incident.actions.all()} == {ad_set.account, ahead.account}


def test_managers_and_administrators_are_told_each_by_name_and_viewers_are_not(ad_set: AdSet) -> None:
    told = [MembershipFactory.create(account=ad_set.account, role=role).user for role in (Role.MANAGER, Role.ADMIN)]
    told.append(UserFactory.create(is_superuser=True))
    MembershipFactory.create(account=ad_set.account, role=Role.VIEWER)
    MembershipFactory.create(account=AdAccountFactory.create())
    incident = emergency(ad_set.account, None, NOW, "too much")
    notices = Notification.objects.filter(key__startswith="incident:")
    assert {notice.user for notice in notices} == set(told)
    assert {notice.link for notice in notices} == {f"/incidents/{incident.public_id}/"}


def test_a_lifted_stop_opens_no_incident(ad_set: AdSet) -> None:
    stop = lift_stop(set_stop(ad_set.account, None, NOW, ""), None, NOW, "fine")
    with pytest.raises(Invalid, match="lifted"):
        open_incident(stop, None, NOW, 1, False)


@pytest.mark.django_db(transaction=True)
def test_at_meta_the_changes_go_back_and_what_was_touched_is_paused_during_the_stop(
    meta: Meta, propose_budget: Propose, member: Member
) -> None:
    ad_set, other = AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")[
        :2
    ]
    before, user = ad_set.daily_budget, member(meta.account)
    assert before is not None
    for wanted in (before - 100, before - 200):
        ad_set.refresh_from_db()
        run_action(services.approve(propose_budget(ad_set, wanted).pk, user, NOW).pk, NOW)
    waiting = services.approve(propose_budget(other, 1500).pk, user, NOW)
    account: AdAccount = meta.account
    incident = emergency(account, user, NOW, "too much", revert_hours=1, pause_affected=True)

    results = [run_action(action.pk, NOW) for action in claimable(account)]
    assert results == [Status.EXECUTED, Status.EXECUTED]
    assert meta.budget(ad_set.meta_id) == before
    assert meta._node(ad_set.meta_id).status == "PAUSED"
    assert meta.posts(other.meta_id) == []
    waiting.refresh_from_db()
    assert waiting.status == Status.PENDING
    assert Action.objects.filter(status=Status.REVERTED).count() == 2
    assert incident.actions.filter(status=Status.EXECUTED).count() == 2
    assert verify() == []
