"""What was approved before an emergency stop needs a new decision, whoever meets it first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from intelligence.models import QualityState
from metaads.models import AdSet
from optimization.dispatch import run_action
from optimization.incident.stops import lift_stop, set_stop
from optimization.models import AccountLimits, Action, EmergencyStop, Incident, Source, Status
from optimization.queue import services
from optimization.queue.selectors import claimable
from tests.optimization.conftest import NOW, Meta

Propose = Callable[..., Action]
Member = Callable[..., User]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def approved(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member) -> Action:
    return services.approve(propose_budget(ad_set, 1500).pk, member(meta.account), NOW)


def _missed_by_a_stop(action: Action, lifted: bool) -> None:
    """As if the stop's own round had not seen it: it was in flight, or being approved."""
    stop = set_stop(action.account, None, LATER, "too much")
    Action.objects.filter(pk=action.pk).update(status=Status.APPROVED)
    if lifted:
        lift_stop(stop, None, LATER, "safe again")


@pytest.mark.parametrize("lifted", [True, False])
def test_what_a_stop_missed_goes_back_to_a_person(meta: Meta, ad_set: AdSet, approved: Action, lifted: bool) -> None:
    _missed_by_a_stop(approved, lifted)

    assert run_action(approved.pk, LATER) is Status.PENDING
    approved.refresh_from_db()
    assert "needs a new decision" in approved.outcome_note
    assert approved.expires_at == LATER + timedelta(hours=48)
    assert meta.posts(ad_set.meta_id) == []


@pytest.mark.parametrize(("alone", "ends"), [(True, Status.PENDING), (False, Status.EXECUTED)])
def test_what_was_to_act_alone_goes_back_once_the_account_is_in_suggest_mode(
    meta: Meta, ad_set: AdSet, approved: Action, alone: bool, ends: Status
) -> None:
    """Suggest silences everything; what a person approved goes all the same."""
    Action.objects.filter(pk=approved.pk).update(alone=alone)

    assert run_action(approved.pk, LATER) is ends
    approved.refresh_from_db()
    assert len(meta.posts(ad_set.meta_id)) == (0 if alone else 1)
    assert approved.alone is False
    assert ("suggest mode" in approved.outcome_note) is alone


def test_what_acts_alone_goes_while_the_account_is_in_auto_mode(meta: Meta, ad_set: AdSet, approved: Action) -> None:
    AccountLimits.objects.create(account=meta.account, mode=AccountLimits.Mode.AUTO)
    QualityState.objects.create(account=meta.account, checked_at=NOW)
    Action.objects.filter(pk=approved.pk).update(alone=True, confidence=0.9)

    done = run_action(approved.pk, LATER)
    approved.refresh_from_db()
    assert done is Status.EXECUTED, approved.outcome_note


def test_where_a_newer_proposal_waits_the_old_approval_is_withdrawn(
    meta: Meta, ad_set: AdSet, approved: Action, propose_budget: Propose
) -> None:
    _missed_by_a_stop(approved, lifted=True)
    propose_budget(ad_set, 1400)

    assert run_action(approved.pk, LATER) is Status.CANCELLED
    assert meta.posts(ad_set.meta_id) == []


def test_what_is_approved_during_a_stop_waits_and_is_done_after_it(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    stop = set_stop(meta.account, None, NOW, "too much")
    action = services.approve(propose_budget(ad_set, 1500).pk, member(meta.account), LATER)
    assert run_action(action.pk, LATER) is Status.APPROVED

    lift_stop(stop, None, LATER, "safe again")
    Action.objects.update(next_try_at=None)
    assert run_action(action.pk, LATER) is Status.EXECUTED
    assert not EmergencyStop.objects.filter(lifted_at__isnull=True).exists()


def _of_incident(action: Action, stop: EmergencyStop) -> Action:
    """Approved in the moment of the stop, because of it."""
    incident = Incident.objects.create(account=action.account, stop=stop, opened_at=NOW, since=NOW)
    Action.objects.filter(pk=action.pk).update(incident=incident, source=Source.UNDO)
    return services.approve(action.pk, None, stop.set_at)


def test_what_belongs_to_the_stops_own_incident_is_carried_out_while_everything_else_waits(
    meta: Meta, ad_set: AdSet, propose_budget: Propose
) -> None:
    stop = set_stop(meta.account, None, NOW, "too much")
    mine = _of_incident(propose_budget(ad_set, 1500), stop)
    set_stop(None, None, NOW, "everything, too")

    assert list(claimable(meta.account)) == [mine]
    assert run_action(mine.pk, NOW) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == 1500


def test_once_its_stop_is_lifted_another_stop_holds_it_like_any_other(
    meta: Meta, ad_set: AdSet, propose_budget: Propose
) -> None:
    stop = set_stop(meta.account, None, NOW, "too much")
    mine = _of_incident(propose_budget(ad_set, 1500), stop)
    lift_stop(stop, None, NOW, "safe again")
    assert list(claimable(meta.account)) == [mine]
    set_stop(None, None, LATER, "again")

    assert list(claimable(meta.account)) == []
    assert Action.objects.get(pk=mine.pk).status == Status.PENDING
    assert meta.posts(ad_set.meta_id) == []


def test_what_its_own_incident_approved_goes_on_after_the_stop_is_lifted(
    meta: Meta, ad_set: AdSet, propose_budget: Propose
) -> None:
    stop = set_stop(meta.account, None, NOW, "too much")
    mine = _of_incident(propose_budget(ad_set, 1500), stop)
    lift_stop(stop, None, LATER, "safe again")
    assert run_action(mine.pk, LATER) is Status.EXECUTED
