"""What was approved before an emergency stop needs a new decision, whoever meets it first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from metaads.models import AdSet
from optimization.dispatch import run_action
from optimization.incident.stops import lift_stop, set_stop
from optimization.models import Action, EmergencyStop, Status
from optimization.queue import services
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
