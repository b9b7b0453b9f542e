"""Expiry: 48 hours for a proposal, 24 for an approval; while execution is off approvals wait for a person."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from metaads.models import AdSet
from optimization import pipeline
from optimization.ledger import events_of
from optimization.models import Action, Status
from optimization.queue import services
from optimization.queue.expiry import expire_due
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def switch_executor(settings: Settings, on: bool) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": on}


def after(hours: float, ad_set: AdSet) -> Action:
    expire_due(ad_set.account, NOW + timedelta(hours=hours))
    return Action.objects.get()


@pytest.mark.parametrize("status", [Status.PENDING, Status.SUGGESTED])
def test_a_proposal_expires_after_48_hours(ad_set: AdSet, status: Status) -> None:
    budget_action(ad_set, status=status)
    assert after(47.9, ad_set).status == status
    action = after(48, ad_set)
    assert (action.status, action.outcome_note) == (Status.EXPIRED, "Nobody decided in time.")
    assert events_of(action).get().kind == "optimization_expired"


def test_an_approval_that_was_tried_in_vain_expires_after_24_hours_with_the_last_reason(ad_set: AdSet) -> None:
    services.approve(budget_action(ad_set).pk, None, NOW)
    Action.objects.update(outcome_note="Meta did not answer.", executing_at=NOW)
    assert after(23.9, ad_set).status == Status.APPROVED
    action = after(24, ad_set)
    assert (action.status, action.outcome_note) == (
        Status.EXPIRED,
        "It could not be carried out in time. Meta did not answer.",
    )


@pytest.mark.parametrize("status", [Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON, Status.EXECUTED])
def test_what_has_begun_never_expires(ad_set: AdSet, status: Status) -> None:
    budget_action(ad_set, status=status)
    assert after(1_000, ad_set).status == status


def test_while_execution_is_off_an_approval_waits(ad_set: AdSet, settings: Settings) -> None:
    services.approve(budget_action(ad_set).pk, None, NOW)
    switch_executor(settings, False)
    assert after(1, ad_set).held_since == NOW + timedelta(hours=1)
    assert after(100, ad_set).status == Status.APPROVED


def test_back_within_24_hours_the_approval_stands(ad_set: AdSet, settings: Settings) -> None:
    switch_executor(settings, False)
    services.approve(budget_action(ad_set).pk, None, NOW)
    switch_executor(settings, True)
    action = after(23, ad_set)
    assert (action.status, action.held_since) == (Status.APPROVED, None)


def test_back_after_more_it_returns_to_a_person_with_the_reason_and_48_hours(ad_set: AdSet, settings: Settings) -> None:
    switch_executor(settings, False)
    services.approve(budget_action(ad_set).pk, None, NOW)
    switch_executor(settings, True)
    action = after(25, ad_set)
    assert (action.status, action.held_since) == (Status.PENDING, None)
    assert "more than 24 h before execution came back" in action.outcome_note
    assert action.expires_at == NOW + timedelta(hours=25 + 48)
    assert services.approve(action.pk, None, NOW + timedelta(hours=26)).status == Status.APPROVED


def test_also_what_was_tried_before_execution_went_off_returns_and_does_not_expire(
    ad_set: AdSet, settings: Settings
) -> None:
    services.approve(budget_action(ad_set).pk, None, NOW)
    Action.objects.update(outcome_note="Meta did not answer.", executing_at=NOW)
    switch_executor(settings, False)
    assert after(1, ad_set).status == Status.APPROVED
    switch_executor(settings, True)
    assert after(30, ad_set).status == Status.PENDING


def test_where_a_newer_proposal_waits_the_old_approval_is_withdrawn(ad_set: AdSet, settings: Settings) -> None:
    switch_executor(settings, False)
    old = services.approve(budget_action(ad_set).pk, None, NOW)
    newer = budget_action(ad_set, expires_at=NOW + timedelta(hours=90))
    switch_executor(settings, True)
    assert expire_due(ad_set.account, NOW + timedelta(hours=25)) == 1
    old.refresh_from_db()
    newer.refresh_from_db()
    assert (old.status, newer.status) == (Status.CANCELLED, Status.PENDING)
    assert "newer proposal" in old.outcome_note


def test_other_accounts_are_left_alone(ad_set: AdSet) -> None:
    budget_action(AdSetFactory.create())
    assert after(1_000, ad_set).status == Status.PENDING


def test_with_everything_off_nothing_expires(ad_set: AdSet, settings: Settings) -> None:
    budget_action(ad_set)
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_INTELLIGENCE": False}
    assert pipeline.expire(ad_set.account, NOW + timedelta(hours=1_000)) == 0
    assert Action.objects.get().status == Status.PENDING


def test_an_approval_that_was_never_begun_goes_back_to_a_person_with_the_reason(ad_set: AdSet) -> None:
    full = "No room left: 4 of 4 are used."
    action = budget_action(ad_set, status=Status.APPROVED, expires_at=NOW, outcome_note=full)
    assert expire_due(action.account, NOW) == 1
    action.refresh_from_db()
    assert action.status == Status.PENDING
    assert action.outcome_note.endswith(full)
