"""Actions of several steps: one after the other, and put back in reverse order when one of them fails for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from metaads.models import AdSet, ApiUsage, JournalStep
from optimization.dispatch import run_action
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import verify
from optimization.models import Action, Hold, Status
from optimization.queue import services
from optimization.steps import Step
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import approved_plan, budget, copied, journal, on_made, swept, two_ad_sets

Propose = Callable[..., Action]
Member = Callable[..., User]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)
    settings.EXECUTOR_LEASE = timedelta(seconds=60)


@pytest.fixture
def pair(meta: Meta) -> tuple[AdSet, AdSet]:
    meta.forget_minimums()
    return two_ad_sets(meta)


def node(meta: Meta, meta_id: str) -> Any:
    return meta.app.api.world.found[meta_id][1]


def copies_of(meta: Meta, ad_set: AdSet) -> list[Any]:
    found = node(meta, ad_set.meta_id)
    return [one for one in meta.app.api.world.accounts[0].ad_sets if one.source == found.index]


TOO_LOW = 1
"""A budget that Meta refuses for good."""


def test_steps_are_done_in_order_each_once_and_read_back(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))

    assert run_action(action.pk, NOW) is Status.EXECUTED

    assert [(w["object_id"], w["after"]) for w in meta.control.writes()] == [
        (first.meta_id, {"daily_budget": 1500}),
        (second.meta_id, {"daily_budget": 2600}),
    ]
    assert journal(action) == {"1": "done", "2": "done"}
    second.refresh_from_db()
    assert second.daily_budget == 2600
    assert not Hold.objects.exists()
    assert verify() == []


def test_a_copy_is_made_paused_given_its_budget_and_activated_last(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    source, _ = pair
    steps = (
        copied(source),
        on_made(1, "daily_budget", source.daily_budget, 2200),
        on_made(1, "status", "PAUSED", "ACTIVE"),
    )
    action = approved_plan(source, *steps)

    assert run_action(action.pk, NOW) is Status.EXECUTED
    action.refresh_from_db()
    (made,) = copies_of(meta, source)
    marker = f" [ci {action.public_id.hex[:12]}-1]"
    assert (made.daily_budget, made.status) == (2200, "ACTIVE")
    assert made.name == f"{source.name} (copy){marker}"
    assert action.made == [{"level": "adset", "id": made.id, "name": made.name}]


def test_a_step_refused_for_good_puts_back_what_was_changed_in_reverse_order(
    meta: Meta, pair: tuple[AdSet, AdSet]
) -> None:
    first, second = pair
    steps = (budget(first, 1500), copied(first), on_made(2, "status", "PAUSED", "ACTIVE"), budget(second, TOO_LOW))
    action = approved_plan(first, *steps)

    assert run_action(action.pk, NOW) is Status.FAILED

    action.refresh_from_db()
    assert journal(action) == {
        "1": "done", "2": "done", "3": "done", "4": "failed", "r3": "done", "r2": "done", "r1": "done",
    }  # fmt: skip
    assert action.outcome_note.startswith("Step 4 of 4 failed:")
    assert "put back" in action.outcome_note
    assert meta.budget(first.meta_id) == first.daily_budget
    assert meta.budget(second.meta_id) == second.daily_budget
    assert [one.status for one in copies_of(meta, first)] == ["PAUSED"]
    assert not Hold.objects.exists()


def test_where_the_first_step_fails_nothing_has_to_be_put_back(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    action = approved_plan(first, budget(first, TOO_LOW), budget(second, 2600))
    assert run_action(action.pk, NOW) is Status.FAILED
    assert journal(action) == {"1": "failed"}
    assert meta.control.writes() == []


UNCLEAR = (
    "timeout_before", "timeout_after", "drop_before", "drop_after", "html_502", "html_502_after", "error_500",
    "error_500_after", "malformed", "no_effect",
)  # fmt: skip


@pytest.mark.parametrize("op", ["copy", "create"])
def test_an_unclear_answer_to_a_copy_or_a_creation_ends_in_exactly_one_object(
    meta: Meta, pair: tuple[AdSet, AdSet], op: str
) -> None:
    source, _ = pair
    made: dict[str, tuple[str, int, int]] = {}
    for fault in UNCLEAR:
        meta.control("DELETE", "faults")
        meta.control.fault(fault, method="POST", path="copies$" if op == "copy" else "adsets$")
        before = len(meta.app.api.world.accounts[0].ad_sets)
        first = copied(source) if op == "copy" else creation(source)
        action = approved_plan(source, first, on_made(1, "daily_budget", source.daily_budget, 2200))
        status = swept(action)
        more = len(meta.app.api.world.accounts[0].ad_sets) - before
        made[fault] = (status, more, node(meta, action.made[0]["id"]).daily_budget)
    assert made == dict.fromkeys(UNCLEAR, ("executed", 1, 2200))


def creation(source: AdSet) -> Step:
    params = {
        "optimization_goal": source.optimization_goal,
        "billing_event": "IMPRESSIONS",
        "targeting": {"geo_locations": {"countries": ["DE"]}},
        "promoted_object": source.promoted_object,
        "daily_budget": source.daily_budget,
        "dsa_payor": "Us",
        "dsa_beneficiary": "Us",
    }
    return Step("create", "adset", source.campaign.meta_id, "Fresh", params=params)


def test_a_late_effect_of_a_copy_is_waited_for_and_not_repeated(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    source, _ = pair
    meta.control.fault("late_effect", method="POST", path="copies$", seconds=0.0)
    action = approved_plan(source, copied(source), on_made(1, "daily_budget", source.daily_budget, 2200))
    assert swept(action) is Status.EXECUTED
    assert len(copies_of(meta, source)) == 1


def test_a_copy_that_meta_accepts_three_times_without_making_it_needs_a_person(
    meta: Meta, pair: tuple[AdSet, AdSet]
) -> None:
    first, second = pair
    meta.control.fault("no_effect", method="POST", path="copies$", count=None)
    action = approved_plan(first, budget(second, 2600), copied(first))

    assert swept(action) is Status.NEEDS_PERSON
    assert "Step 2 of 2" in action.outcome_note
    assert "The steps before it stand." in action.outcome_note
    assert {row.entity_id for row in Hold.objects.all()} == {first.meta_id, second.meta_id}
    services.resolve(action.pk, None, NOW, False, "Nothing was made.")
    assert not Hold.objects.exists()


def test_a_passing_fault_midway_waits_on_the_step_and_goes_on(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))

    assert run_action(action.pk, NOW) is Status.EXECUTING
    waiting = JournalStep.objects.get(key=f"{action.public_id}:2")
    assert waiting.state == JournalStep.State.OPEN
    assert waiting.next_try_at is not None
    assert run_action(action.pk, NOW) is Status.EXECUTING, "its time has not come"
    assert meta.budget(second.meta_id) == second.daily_budget

    meta.control("DELETE", "faults")
    _unblocked(meta)
    assert swept(action) is Status.EXECUTED
    assert len(meta.posts(first.meta_id)) == 1


def _unblocked(meta: Meta) -> None:
    ApiUsage.objects.update(blocked_until=None)


def test_what_cannot_go_on_before_its_approval_expires_is_put_back(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    assert run_action(action.pk, NOW) is Status.EXECUTING
    _unblocked(meta)

    assert swept(action, NOW + timedelta(hours=25)) is Status.FAILED
    assert "expired midway" in action.outcome_note
    assert meta.budget(first.meta_id) == first.daily_budget


def test_a_stop_midway_lets_nothing_begin_and_after_it_the_half_done_is_put_back(
    meta: Meta, pair: tuple[AdSet, AdSet]
) -> None:
    first, second = pair
    meta.control.fault("error_503", method="GET", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    assert run_action(action.pk, NOW) is Status.EXECUTING
    stop = set_stop(meta.account, None, LATER, "too much")

    assert swept(action, LATER, rounds=3) is Status.EXECUTING
    assert meta.budget(first.meta_id) == 1500
    assert meta.posts(second.meta_id) == []

    lift_stop(stop, None, LATER, "safe again")
    assert swept(action, LATER) is Status.FAILED
    assert "stop came midway" in action.outcome_note
    assert meta.budget(first.meta_id) == first.daily_budget


def test_what_somebody_else_changed_since_is_left_as_theirs(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    run_action(action.pk, NOW)
    _unblocked(meta)
    meta.edit(first.meta_id, 4242)
    meta.edit(second.meta_id, 4343)

    assert swept(action) is Status.FAILED
    assert (meta.budget(first.meta_id), meta.budget(second.meta_id)) == (4242, 4343)
    assert "Left as someone else set it since: 4242" in action.outcome_note
    assert "the proposal saw" in action.outcome_note


def test_what_meta_will_not_take_back_is_for_a_person(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, TOO_LOW))
    assert run_action(action.pk, NOW) is Status.EXECUTING
    _unblocked(meta)
    node(meta, first.meta_id).status = "DELETED"

    assert swept(action) is Status.NEEDS_PERSON
    assert "could not be put back" in action.outcome_note
    assert meta.budget(first.meta_id) == 1500


def test_success_without_effect_in_a_restore_is_for_a_person(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, TOO_LOW))
    assert run_action(action.pk, NOW) is Status.EXECUTING
    _unblocked(meta)
    meta.control.fault("no_effect", method="POST", path=first.meta_id, count=None)
    assert swept(action) is Status.NEEDS_PERSON
    assert "Sent 3 times" in action.outcome_note


def test_a_revoked_token_midway_waits_for_a_new_one_and_does_not_lose_its_place(
    meta: Meta, pair: tuple[AdSet, AdSet]
) -> None:
    first, second = pair
    meta.control.fault("revoked", path=second.meta_id)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    assert run_action(action.pk, NOW) is Status.EXECUTING
    meta.account.connection.refresh_from_db()
    assert meta.account.connection.state == "broken"
    assert swept(action) is Status.EXECUTED, "the read tells that the token works again"


def test_the_actions_page_shows_every_step_forwards_and_back_in_the_order_it_happened(
    meta: Meta, pair: tuple[AdSet, AdSet], client: Client, member: Member
) -> None:
    first, second = pair
    action = approved_plan(first, budget(first, 1500), copied(first), budget(second, TOO_LOW))
    run_action(action.pk, NOW)
    client.force_login(member(meta.account))

    page = client.get(f"/actions/{action.public_id}/").content.decode()
    places = [page.index(f"<b>{title}</b>") for title in (
        "1. Daily budget", "2. Copy", "3. Daily budget", "2 back. Status", "1 back. Daily budget"
    )]  # fmt: skip
    assert places == sorted(places)
    assert "100/1885272" in page
