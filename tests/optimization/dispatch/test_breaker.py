"""When Meta fails half of twenty writes no new one begins until it answers a read, and people are told once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from metaads import executor
from metaads.models import Ad, AdSet, Breaker
from notifications.models import Notification
from optimization.dispatch import run_action
from optimization.models import Action, Status
from optimization.queue.decision import approved
from tests.optimization.conftest import NOW, Meta

Propose = Callable[..., Action]
Member = Callable[..., User]


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)


def _pauses(meta: Meta, number: int) -> list[Action]:
    made = []
    for ad in Ad.objects.filter(account=meta.account, status="ACTIVE").order_by("pk")[:number]:
        action = Action.objects.create(
            account=ad.account, level="ad", entity_id=ad.meta_id, entity_name=ad.name, kind="pause", source="person",
            field="status", value_before="ACTIVE", value_wanted="PAUSED", value_final="PAUSED", currency="EUR",
            reason="A test wants it.", status=Status.PENDING, proposed_at=NOW, refreshed_at=NOW,
        )  # fmt: skip
        made.append(approved(action, None, NOW, ""))
    assert len(made) == number
    return made


def _count(meta: Meta, good: int, bad: int) -> Breaker | None:
    opened = None
    for failed in [*[False] * good, *[True] * bad]:
        opened = executor.note_write(meta.account, failed) or opened
    return opened


@pytest.mark.parametrize(
    ("good", "bad", "opens"), [(0, 19, False), (0, 20, True), (10, 10, True), (11, 9, False), (12, 10, False)]
)
def test_it_opens_at_half_of_at_least_twenty(meta: Meta, good: int, bad: int, opens: bool) -> None:
    assert (_count(meta, good, bad) is not None) == opens


def test_failures_older_than_the_window_count_no_more(meta: Meta, settings: Settings) -> None:
    _count(meta, 0, 19)
    settings.BREAKER_WINDOW = timedelta(0)
    assert _count(meta, 0, 1) is None


def test_during_an_outage_writes_stop_people_are_told_once_and_it_goes_on_by_itself(
    meta: Meta, settings: Settings, member: Member
) -> None:
    member(meta.account)
    actions = _pauses(meta, 22)
    meta.control.fault("error_503", count=None, method="POST")
    for action in actions:
        run_action(action.pk, NOW)
    sent = Breaker.objects.get()
    assert sent.opened_at is not None
    assert len(sent.recent) == 20
    waiting = [Action.objects.get(pk=one.pk) for one in actions[20:]]
    assert {one.status for one in waiting} == {Status.APPROVED}
    assert all("Meta does not work since" in one.outcome_note for one in waiting)
    assert Notification.objects.filter(title__startswith="Meta does not work").count() == 1

    settings.BREAKER_PAUSE = timedelta(0)
    meta.control.fault("error_503", count=None)
    Breaker.objects.update(next_probe_at=timezone.now())
    Action.objects.update(next_try_at=None)
    assert run_action(actions[21].pk, NOW) is Status.APPROVED, "the probe failed"

    meta.control("DELETE", "faults")
    Breaker.objects.update(next_probe_at=timezone.now())
    Action.objects.update(next_try_at=None)
    assert {run_action(one.pk, NOW) for one in actions} == {Status.EXECUTED}
    assert len(meta.control.writes()) == 22
    assert Breaker.objects.get().opened_at is None


def test_a_refusal_is_an_answer_and_opens_nothing(meta: Meta, ad_set: AdSet, propose_budget: Propose) -> None:
    meta.forget_minimums()
    for _ in range(3):
        run_action(approved(propose_budget(ad_set, 1), None, NOW, "").pk, NOW)
    assert [one[1] for one in Breaker.objects.get().recent] == [0, 0, 0]
