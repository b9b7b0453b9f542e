"""Corners of one attempt: refused reads, switches at the last moment, how often Meta is asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from metaads.graph.client import WritingClient, adapters
from metaads.models import AdSet, JournalStep, SwitchState
from optimization.dispatch import judge, run_action
from optimization.models import Action, LimitCounter, Status
from optimization.queue import services
from tests.optimization.conftest import HOST, NOW, Meta
from tests.sandbox_adapter import WsgiAdapter

Propose = Callable[..., Action]
Member = Callable[..., User]


@pytest.fixture
def approved(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member, settings: Settings) -> Action:
    settings.EXECUTOR_SETTLE = timedelta(0)
    return services.approve(propose_budget(ad_set, 1500).pk, member(meta.account), NOW)


def test_a_read_that_is_refused_after_sending_asks_a_person(meta: Meta, ad_set: AdSet, approved: Action) -> None:
    """It may be in effect, so it is neither executed nor failed."""
    meta.control.fault("timeout_after", method="POST", path=ad_set.meta_id)
    assert run_action(approved.pk, NOW) is Status.UNCERTAIN
    JournalStep.objects.update(entity_id="999999")
    Action.objects.filter(pk=approved.pk).update(entity_id="999999")

    assert run_action(approved.pk, NOW) is Status.NEEDS_PERSON
    approved.refresh_from_db()
    assert "no longer lets us look" in approved.outcome_note


def test_a_read_that_is_refused_before_sending_fails(meta: Meta, approved: Action) -> None:
    Action.objects.filter(pk=approved.pk).update(entity_id="999999")
    assert run_action(approved.pk, NOW) is Status.FAILED


def test_a_switch_turned_off_at_the_door_of_the_post_sends_nothing(
    meta: Meta, ad_set: AdSet, approved: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = WritingClient.post

    def flip_then_post(client: WritingClient, *args: Any) -> dict[str, Any]:
        SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
        return real(client, *args)

    monkeypatch.setattr(WritingClient, "post", flip_then_post)
    assert run_action(approved.pk, NOW) is Status.APPROVED
    assert meta.posts(ad_set.meta_id) == []
    assert set(LimitCounter.objects.values_list("used", flat=True)) == {0}


def test_the_executor_asks_once_and_not_again_and_again(meta: Meta, ad_set: AdSet, approved: Action) -> None:
    """Its lease has room for one answer that never comes, not for three."""
    adapter = adapters[HOST]
    assert isinstance(adapter, WsgiAdapter)
    before = len(adapter.sent)
    meta.control.fault("timeout_before", method="GET", path=ad_set.meta_id, count=5)

    assert run_action(approved.pk, NOW) is Status.APPROVED
    assert len(adapter.sent) - before == 1


def test_what_was_reserved_yesterday_makes_no_room_today(
    meta: Meta, ad_set: AdSet, approved: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claimed before midnight, judged after it: today's four changes are used up, so it has to wait."""
    name = f"changes:adset:{ad_set.meta_id}"
    tomorrow = (NOW + timedelta(days=1)).astimezone(meta.account.zone).date()
    LimitCounter.objects.create(account=meta.account, name=name, day=tomorrow, used=4)
    next_day = NOW + timedelta(days=1)
    monkeypatch.setattr(
        "optimization.dispatch.carry.judge_again", lambda held, live, _: judge.judge_again(held, live, next_day)
    )

    assert run_action(approved.pk, NOW) is Status.APPROVED
    assert meta.posts(ad_set.meta_id) == []
