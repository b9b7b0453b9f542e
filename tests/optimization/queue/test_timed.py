"""Changes for a time: undone by themselves once, unless kept, changed since, or nothing may be written."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from metaads.models import AdSet, OutsideChange, Role
from notifications.models import Notification
from optimization import tasks
from optimization.dispatch import run_action
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import events_of, verify
from optimization.models import Action, Rule, Source, Status
from optimization.queue import services
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed
from optimization.queue.expiry import expire_due
from optimization.queue.timed import undo_due
from tests.factories.optimization import make_rule
from tests.optimization.conftest import NOW, Meta
from tests.optimization.rules.build import leaf

Propose = Callable[..., Action]
Member = Callable[..., User]
LATER = NOW + timedelta(hours=48)
pytestmark = pytest.mark.django_db(transaction=True)


def rule_with(account: Any, **timed: Any) -> Rule:
    step = {"kind": "decrease_budget", "parameters": {"percent": 20}, "timed": timed}
    return make_rule(account, leaf("spend_7d", ">", 50), step)


@pytest.fixture
def done(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member) -> Callable[..., Action]:
    """A timed cut to 15.00 that took effect at NOW."""

    def make(**timed: Any) -> Action:
        version = rule_with(meta.account, **(timed or {"undo_after_hours": 48})).current
        action = propose_budget(ad_set, 1500, rule_version=version)
        services.approve(action.pk, member(meta.account), NOW)
        assert run_action(action.pk, NOW) is Status.EXECUTED
        action.refresh_from_db()
        return action

    return make


def test_a_persons_own_change_for_a_time_is_undone_too(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500, source=Source.PERSON, timed={"hours": 4})
    services.approve(action.pk, member(meta.account), NOW)
    assert run_action(action.pk, NOW) is Status.EXECUTED
    assert undo_due(meta.account, NOW + timedelta(hours=3.9)) == 0
    assert undo_due(meta.account, NOW + timedelta(hours=4)) == 1
    undo = action.undos.get()
    assert run_action(undo.pk, NOW + timedelta(hours=4)) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == action.value_before


def test_it_is_undone_when_its_time_is_over_and_not_before(meta: Meta, ad_set: AdSet, done: Any) -> None:
    action = done()
    assert action.undo_at == LATER
    assert undo_due(meta.account, LATER - timedelta(minutes=1)) == 0
    assert undo_due(meta.account, LATER) == 1
    undo = action.undos.get()
    assert (undo.source, undo.status, undo.proposed_by) == (Source.UNDO, Status.APPROVED, None)
    assert undo.reason == "The change of 20 Nov, 13:00 CET was meant for 48 h."
    assert run_action(undo.pk, LATER) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == ad_set.daily_budget
    action.refresh_from_db()
    assert action.status == Status.REVERTED
    assert {event.actor for event in events_of(undo)} == {"system", "executor"}
    assert undo_due(meta.account, LATER) == 0
    assert verify() == []


def test_today_only_ends_with_the_accounts_day(done: Any) -> None:
    assert done(today_only=True).undo_at == datetime(2026, 11, 20, 23, tzinfo=UTC)  # midnight in Berlin


def test_what_is_kept_stays(meta: Meta, done: Any, manager: User) -> None:
    action = done()
    kept = services.keep(action.pk, manager, NOW + timedelta(hours=1))
    assert (kept.kept_by, kept.kept_at) == (manager, NOW + timedelta(hours=1))
    assert undo_due(meta.account, LATER) == 0
    assert action.undos.count() == 0
    last = list(events_of(action))[-1]
    assert (last.kind, last.user_id) == ("optimization_kept", manager.pk)
    with pytest.raises(AlreadyDecided, match="kept already"):
        services.keep(action.pk, manager, NOW)


def test_keeping_is_for_managers_and_for_timed_changes(
    meta: Meta, ad_set: AdSet, done: Any, member: Member, propose_budget: Propose, django_user_model: type[User]
) -> None:
    action = done()
    viewer = member(meta.account, Role.VIEWER, django_user_model.objects.create(username="vic"))
    with pytest.raises(NotAllowed):
        services.keep(action.pk, viewer, NOW)
    Action.objects.filter(pk=action.pk).update(undo_at=None)
    with pytest.raises(Invalid, match="nothing to keep"):
        services.keep(action.pk, None, NOW)
    plain = propose_budget(ad_set, 1200)
    with pytest.raises(AlreadyDecided):
        services.keep(plain.pk, None, NOW)


def test_what_is_being_undone_can_no_longer_be_kept(meta: Meta, done: Any) -> None:
    action = done()
    undo_due(meta.account, LATER)
    with pytest.raises(AlreadyDecided, match="being undone"):
        services.keep(action.pk, None, LATER)


def test_what_somebody_changed_since_is_left_and_people_are_told(meta: Meta, ad_set: AdSet, done: Any) -> None:
    action = done()
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=4242)
    assert undo_due(meta.account, LATER) == 0
    action.refresh_from_db()
    assert action.undo_at is None
    assert "we set 15.00 EUR, now it is 42.42 EUR" in action.outcome_note
    assert Notification.objects.filter(title__startswith="Not undone").count() == 1
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=1500)
    assert undo_due(meta.account, LATER) == 0


def test_a_change_at_meta_that_we_did_not_see_yet_stops_the_undo_at_the_last_look(
    meta: Meta, ad_set: AdSet, done: Any
) -> None:
    action = done()
    meta.edit(ad_set.meta_id, 4242)
    undo_due(meta.account, LATER)
    assert run_action(action.undos.get().pk, LATER) is Status.FAILED
    assert meta.budget(ad_set.meta_id) == 4242
    assert undo_due(meta.account, LATER + timedelta(hours=1)) == 0


def test_while_execution_is_off_or_stopped_it_waits(meta: Meta, done: Any, settings: Settings, manager: User) -> None:
    action = done()
    switches = settings.SWITCHES
    settings.SWITCHES = {**switches, "ENABLE_ACTION_EXECUTOR": False}
    assert undo_due(meta.account, LATER) == 0
    settings.SWITCHES = switches
    stop = set_stop(meta.account, None, LATER, "look first")
    assert undo_due(meta.account, LATER) == 0
    stop.lifted_at = LATER
    stop.save()
    assert undo_due(meta.account, LATER + timedelta(days=3)) == 1
    assert action.undos.count() == 1


def test_a_persons_undo_goes_first_and_a_failed_one_leaves_ours(meta: Meta, done: Any) -> None:
    action = done()
    undo = services.undo(action.pk, None, NOW + timedelta(hours=1))
    assert undo_due(meta.account, LATER) == 0
    Action.objects.filter(pk=undo.pk).update(status=Status.FAILED)
    assert undo_due(meta.account, LATER) == 1


def test_an_undo_that_a_stop_handed_back_and_nobody_decided_on_is_tried_again(meta: Meta, done: Any) -> None:
    action = done()
    assert undo_due(meta.account, LATER) == 1
    stop = set_stop(meta.account, None, LATER, "look first")
    lift_stop(stop, None, LATER + timedelta(hours=1), "found it")
    undo = action.undos.get()
    assert undo.status == Status.PENDING
    assert undo_due(meta.account, LATER + timedelta(hours=47)) == 0, "a person is asked first"
    expire_due(meta.account, LATER + timedelta(hours=48))
    assert undo_due(meta.account, LATER + timedelta(hours=48)) == 1
    assert sorted(action.undos.values_list("status", flat=True)) == [Status.APPROVED, Status.EXPIRED]


@pytest.mark.parametrize(
    ("status", "note", "again"),
    [
        (Status.SUPERSEDED, "timed", 1),
        (Status.CANCELLED, "timed", 1),
        (Status.CANCELLED, "Taken back on the page.", 0),
        (Status.REJECTED, "leave it", 0),
        (Status.FAILED, "timed", 0),
    ],
)
def test_what_a_person_decided_against_or_meta_refused_is_not_tried_again(
    meta: Meta, done: Any, status: Status, note: str, again: int
) -> None:
    action = done()
    assert undo_due(meta.account, LATER) == 1
    action.undos.update(status=status, decision_note=note)
    assert undo_due(meta.account, LATER) == again


def test_what_meta_showed_already_is_nobody_elses_to_undo(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500, rule_version=rule_with(meta.account, undo_after_hours=5).current)
    services.approve(action.pk, member(meta.account), NOW)
    meta.edit(ad_set.meta_id, 1500)
    assert run_action(action.pk, NOW) is Status.EXECUTED
    action.refresh_from_db()
    assert action.undo_at is None


def test_two_workers_at_once_undo_it_once(meta: Meta, done: Any) -> None:
    action = done()

    def work(_: int) -> int:
        try:
            return undo_due(meta.account, LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert sum(counts) == 1
    assert action.undos.count() == 1


def test_the_schedules_task_looks_at_every_watched_account(
    meta: Meta, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done()
    monkeypatch.setattr(tasks, "business_now", lambda account: LATER)
    assert tasks.undo_timed() == 1


def test_what_a_person_changed_and_changed_back_through_us_is_that_persons(
    meta: Meta, ad_set: AdSet, done: Any, propose_budget: Propose
) -> None:
    """The value is ours again, but not by our hand."""
    action = done()
    for hour, budget in ((1, 1800), (30, 1500)):
        at = NOW + timedelta(hours=hour)
        ad_set.refresh_from_db()
        later = propose_budget(ad_set, budget, kind="set_budget")
        services.approve(later.pk, None, at)
        assert run_action(later.pk, at) is Status.EXECUTED
    assert undo_due(meta.account, LATER) == 0
    action.refresh_from_db()
    assert action.undos.count() == 0
    assert action.undo_at is None
    assert "changed since" in action.outcome_note


@pytest.mark.parametrize(("ours", "undone"), [(False, 0), (True, 1)])
def test_what_another_tool_changed_back_to_our_value_is_its_wish(
    meta: Meta, ad_set: AdSet, done: Any, ours: bool, undone: int
) -> None:
    done()
    OutsideChange.objects.create(
        account=meta.account, key="back", level="adset", entity_id=ad_set.meta_id, field="daily_budget",
        before=1800, after=1500, at=NOW + timedelta(hours=9), noticed_at=NOW + timedelta(hours=9),
        source=OutsideChange.Source.ACTIVITY, ours=ours,
    )  # fmt: skip
    assert undo_due(meta.account, LATER) == undone
