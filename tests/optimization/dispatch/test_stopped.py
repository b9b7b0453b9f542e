"""What was approved before an emergency stop needs a new decision, whoever meets it first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from intelligence.models import QualityState
from metaads.models import AdSet
from optimization.dispatch import run_action
from optimization.dispatch.stopped import return_if_silenced as silenced
from optimization.incident.stops import lift_stop, set_stop
from optimization.models import (
    AccountLimits,
    Action,
    EmergencyStop,
    Incident,
    OptimizerSettings,
    OrchestratorSettings,
    Rule,
    Source,
    Status,
)
from optimization.queue import services
from optimization.queue.errors import Stale
from optimization.queue.selectors import claimable
from optimization.rules.services import save_rule, set_active
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.factories.optimization import OLD, make_rule, version_of
from tests.optimization.conftest import NOW, Meta
from tests.optimization.rules.build import leaf

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


Change = Callable[[Rule], object]
OFF: dict[str, Change] = {
    "switched off": lambda rule: set_active(rule, False, None, LATER),
    "edited": lambda rule: save_rule(
        rule, {**version_of(rule).document, "conditions": leaf("spend_7d", ">", 6)}, None, LATER
    ),
    "stopped": lambda rule: _stop_where_shared(rule),
}


def _stop_where_shared(rule: Rule) -> None:
    rule.accounts.add(AdAccountFactory.create())
    stop = EmergencyStop.objects.create(account=rule.accounts.order_by("pk").first(), set_at=OLD, lifted_at=OLD)
    stop.suspended.add(rule)


@pytest.fixture
def alone(meta: Meta, approved: Action) -> Action:
    """Approved by the policy, in an account in auto mode; wanted by an automatic rule."""
    AccountLimits.objects.create(account=meta.account, mode=AccountLimits.Mode.AUTO)
    QualityState.objects.create(account=meta.account, checked_at=NOW)
    rule = make_rule(meta.account, leaf("spend_7d", ">", 5), mode="automatic")
    columns = {"alone": True, "confidence": 0.9, "source": Source.RULE, "rule_version": version_of(rule)}
    Action.objects.filter(pk=approved.pk).update(**columns)
    return approved


@pytest.mark.parametrize("change", OFF.values(), ids=OFF)
def test_what_a_rule_approved_alone_goes_back_once_the_rule_may_not(
    meta: Meta, ad_set: AdSet, alone: Action, change: Change
) -> None:
    change(Rule.objects.get())
    assert run_action(alone.pk, LATER) is Status.PENDING
    alone.refresh_from_db()
    assert "its rule is switched off or was edited" in alone.outcome_note
    assert meta.posts(ad_set.meta_id) == []


@pytest.mark.parametrize(
    ("columns", "on", "goes"),
    [
        ({"mode": "auto"}, True, True),
        ({"mode": "suggest"}, True, False),
        ({"mode": "auto", "enabled": False}, True, False),
        ({"mode": "auto"}, False, False),
    ],
)
def test_what_the_optimiser_approved_alone_goes_back_once_it_only_suggests_or_is_off(
    meta: Meta, ad_set: AdSet, alone: Action, settings: Settings, columns: dict[str, Any], on: bool, goes: bool
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": on}
    Action.objects.filter(pk=alone.pk).update(source=Source.OPTIMIZER, rule_version=None)
    OptimizerSettings.objects.create(account=meta.account, **columns)
    assert silenced(Action.objects.get(pk=alone.pk), LATER) is not goes
    note = Action.objects.get(pk=alone.pk).outcome_note
    assert ("the optimiser is off or in suggest mode" in note) is not goes


@pytest.mark.parametrize("on", [True, False])
def test_what_a_goal_approved_alone_goes_back_once_its_switch_is_off(meta: Meta, alone: Action, on: bool) -> None:
    columns = {"source": Source.ORCHESTRATOR, "rule_version": None, "kind": "pause"}
    Action.objects.filter(pk=alone.pk).update(**columns)
    OrchestratorSettings.objects.create(account=meta.account, auto_pause_losers=on)
    assert silenced(Action.objects.get(pk=alone.pk), LATER) is not on


def test_an_open_proposal_of_a_rule_that_is_off_is_not_approved(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    rule, action = make_rule(meta.account, leaf("spend_7d", ">", 5)), propose_budget(ad_set, 1500)
    Action.objects.filter(pk=action.pk).update(rule_version=version_of(rule))
    set_active(rule, False, None, NOW)
    with pytest.raises(Stale, match="rule is switched off"):
        services.approve(action.pk, member(meta.account), NOW)
    Action.objects.filter(pk=action.pk).update(decided_at=NOW)
    back = services.approve(action.pk, member(meta.account, user=UserFactory.create()), NOW)
    assert back.status == Status.APPROVED, "it was handed back to be decided again"


def test_what_a_rule_proposed_before_a_stop_turned_it_off_may_be_approved(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    rule, action = make_rule(meta.account, leaf("spend_7d", ">", 5)), propose_budget(ad_set, 1500)
    Action.objects.filter(pk=action.pk).update(rule_version=version_of(rule))
    set_stop(meta.account, None, NOW, "too much")
    assert services.approve(action.pk, member(meta.account), LATER).status == Status.APPROVED


def test_what_acts_alone_goes_while_its_rule_and_the_account_are_in_auto_mode(alone: Action) -> None:
    assert not silenced(alone, LATER)
    Action.objects.filter(pk=alone.pk).update(source=Source.PERSON)  # whom the rails about data do not bind
    done = run_action(alone.pk, LATER)
    alone.refresh_from_db()
    assert done is Status.EXECUTED, alone.outcome_note


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
