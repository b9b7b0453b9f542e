"""Faults of Meta and of the network: never doubled, never lost, every end a true one. The sandbox counts the writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from intelligence.models import Freshness
from metaads.models import AdSet, JournalStep, SwitchState
from optimization.dispatch import judge, run_action
from optimization.incident.stops import set_stop
from optimization.ledger import events_of
from optimization.models import Action, LimitCounter, Source, Status
from optimization.queue import services
from tests.optimization.conftest import NOW, Meta

Propose = Callable[..., Action]
Member = Callable[..., User]


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)
    settings.EXECUTOR_LEASE = timedelta(seconds=60)


@pytest.fixture
def approved(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member) -> Action:
    action = propose_budget(ad_set, 1500)
    return services.approve(action.pk, member(meta.account), NOW)


def _until_settled(action: Action) -> Status:
    """Lets the sweeper come round again and again, as it does in life."""
    for _ in range(8):
        Action.objects.filter(pk=action.pk).update(next_try_at=None)
        status = run_action(action.pk, NOW)
        if status not in {Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN}:
            return status
    return status


@pytest.mark.parametrize(
    ("fault", "writes"),
    [
        ("timeout_before", 1),
        ("timeout_after", 1),
        ("drop_before", 1),
        ("drop_after", 1),
        ("html_502", 1),
        ("html_502_after", 1),
        ("error_500", 1),
        ("error_500_after", 1),
        ("malformed", 1),
    ],
)
def test_an_unclear_answer_ends_in_exactly_one_change(
    meta: Meta, ad_set: AdSet, approved: Action, fault: str, writes: int
) -> None:
    meta.control.fault(fault, method="POST", path=ad_set.meta_id)

    assert run_action(approved.pk, NOW) is Status.UNCERTAIN
    assert _until_settled(approved) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == 1500
    assert len(meta.posts(ad_set.meta_id)) == writes


def test_success_without_effect_is_sent_three_times_and_then_a_person_must_look(
    meta: Meta, ad_set: AdSet, approved: Action
) -> None:
    meta.control.fault("no_effect", method="POST", path=ad_set.meta_id, count=None)

    assert _until_settled(approved) is Status.NEEDS_PERSON
    approved.refresh_from_db()
    assert "Sent 3 times" in approved.outcome_note
    assert meta.budget(ad_set.meta_id) == ad_set.daily_budget


def test_a_late_effect_is_waited_for_and_not_repeated(
    meta: Meta, ad_set: AdSet, approved: Action, settings: Settings
) -> None:
    meta.control.fault("late_effect", method="POST", path=ad_set.meta_id, seconds=0.0)
    assert run_action(approved.pk, NOW) is Status.UNCERTAIN

    assert _until_settled(approved) is Status.EXECUTED
    assert len(meta.posts(ad_set.meta_id)) == 1


@pytest.mark.parametrize("fault", ["rate_limit", "score_limit"])
def test_a_rate_limit_puts_it_back_with_a_time_and_gives_the_limits_back(
    meta: Meta, ad_set: AdSet, approved: Action, fault: str
) -> None:
    meta.control.fault(fault, method="POST", path=ad_set.meta_id)

    assert run_action(approved.pk, NOW) is Status.APPROVED
    approved.refresh_from_db()
    assert approved.next_try_at is not None
    assert approved.reserved == []
    assert set(LimitCounter.objects.values_list("used", flat=True)) == {0}
    assert meta.posts(ad_set.meta_id) == []


def test_a_revoked_token_stops_the_account_and_says_what_to_do(meta: Meta, ad_set: AdSet, approved: Action) -> None:
    meta.control.fault("revoked", count=None)

    assert run_action(approved.pk, NOW) is Status.APPROVED
    meta.account.connection.refresh_from_db()
    assert meta.account.connection.state == "broken"
    Action.objects.filter(pk=approved.pk).update(next_try_at=None)
    assert run_action(approved.pk, NOW) is Status.APPROVED
    approved.refresh_from_db()
    assert "connection" in approved.outcome_note.lower()


def test_a_missing_permission_ends_that_write_at_once_with_metas_words(
    meta: Meta, ad_set: AdSet, approved: Action
) -> None:
    meta.control.fault("no_permission", method="POST", path=ad_set.meta_id, count=None)

    assert run_action(approved.pk, NOW) is Status.FAILED
    approved.refresh_from_db()
    assert "Requires ads_management permission" in approved.outcome_note
    assert "200" in approved.outcome_note
    assert set(LimitCounter.objects.values_list("used", flat=True)) == {0}
    meta.account.connection.refresh_from_db()
    assert meta.account.connection.state != "broken"


def test_a_missing_permission_to_read_is_tried_again(meta: Meta, ad_set: AdSet, approved: Action) -> None:
    meta.control.fault("no_permission", method="GET", path=ad_set.meta_id, count=20)
    assert run_action(approved.pk, NOW) is Status.APPROVED


@pytest.mark.parametrize("fault", ["html_502", "error_500", "timeout_before", "malformed"])
def test_a_failed_read_before_writing_sends_nothing_and_tries_again(
    meta: Meta, ad_set: AdSet, approved: Action, fault: str
) -> None:
    meta.control.fault(fault, method="GET", path=ad_set.meta_id, count=20)

    assert run_action(approved.pk, NOW) is Status.APPROVED
    assert meta.posts(ad_set.meta_id) == []
    meta.control("DELETE", "faults")
    assert _until_settled(approved) is Status.EXECUTED


def test_a_switch_turned_off_between_claim_and_post_sends_nothing(
    meta: Meta, ad_set: AdSet, approved: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judge.judge_again

    def judge_then_flip(*args: Any) -> Any:
        verdict = real(*args)
        SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
        return verdict

    monkeypatch.setattr("optimization.dispatch.carry.judge_again", judge_then_flip)
    assert run_action(approved.pk, NOW) is Status.APPROVED
    assert meta.posts(ad_set.meta_id) == []
    approved.refresh_from_db()
    assert "ENABLE_ACTION_EXECUTOR" in approved.outcome_note


def test_a_stop_between_claim_and_post_sends_nothing_and_asks_a_person_again(
    meta: Meta, ad_set: AdSet, approved: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judge.judge_again

    def judge_then_stop(*args: Any) -> Any:
        verdict = real(*args)
        set_stop(meta.account, None, NOW, "too much")
        return verdict

    monkeypatch.setattr("optimization.dispatch.carry.judge_again", judge_then_stop)
    assert run_action(approved.pk, NOW) is Status.PENDING
    assert meta.posts(ad_set.meta_id) == []


def test_a_worker_that_lost_its_lease_writes_nothing_and_settles_nothing(
    meta: Meta, ad_set: AdSet, approved: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judge.judge_again

    def judge_while_another_takes_over(*args: Any) -> Any:
        verdict = real(*args)
        step = JournalStep.objects.get(key=f"{approved.public_id}:1")
        JournalStep.objects.filter(pk=step.pk).update(fence=step.fence + 1)
        return verdict

    monkeypatch.setattr("optimization.dispatch.carry.judge_again", judge_while_another_takes_over)
    run_action(approved.pk, NOW)
    assert meta.posts(ad_set.meta_id) == []
    approved.refresh_from_db()
    assert approved.status == Status.EXECUTING


def test_a_cooldown_is_waited_for_without_a_call_and_without_an_event(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    user = member(meta.account)
    first = propose_budget(ad_set, 1500)
    services.approve(first.pk, user, NOW)
    run_action(first.pk, NOW)
    ad_set.refresh_from_db()
    second = propose_budget(ad_set, 1700, source=Source.RULE, data_read_at=NOW)
    services.approve(second.pk, user, NOW)
    Freshness.objects.create(account=meta.account, level="adset", read_at=NOW)
    events, calls = events_of(second).count(), meta.app.requests

    assert run_action(second.pk, NOW) is Status.APPROVED
    second.refresh_from_db()
    assert "Changed less than a minute ago" in second.outcome_note
    assert (events_of(second).count(), meta.app.requests) == (events, calls)
