"""One action at a time per object, the oldest approval first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from metaads.models import AdSet, ApiUsage
from optimization.dispatch import run_action
from optimization.models import Action, Status
from optimization.queue import services
from optimization.queue.decision import approved
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import approved_plan, budget, swept, two_ad_sets

Propose = Callable[..., Action]
Member = Callable[..., User]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)
    settings.EXECUTOR_LEASE = timedelta(seconds=60)


@pytest.fixture
def pair(meta: Meta) -> tuple[AdSet, AdSet]:
    return two_ad_sets(meta)


def _unblocked() -> None:
    ApiUsage.objects.update(blocked_until=None)


def test_what_a_half_done_action_touches_is_nobody_elses(
    meta: Meta, pair: tuple[AdSet, AdSet], propose_budget: Propose, member: Member
) -> None:
    first, second = pair
    meta.control.fault("rate_limit", method="POST", path=second.meta_id)
    plan = approved_plan(first, budget(first, 1500), budget(second, 2600))
    run_action(plan.pk, NOW)
    _unblocked()
    other = services.approve(propose_budget(second, 1700).pk, member(meta.account), LATER)

    assert run_action(other.pk, LATER) is Status.APPROVED
    other.refresh_from_db()
    assert "under way" in other.outcome_note
    assert swept(plan) is Status.EXECUTED
    assert swept(other, LATER) is Status.FAILED, "the proposal saw another budget"


def test_the_older_approval_of_an_object_goes_first(meta: Meta, ad_set: AdSet, propose_budget: Propose) -> None:
    older = approved(propose_budget(ad_set, 1500), None, NOW, "")
    younger = approved(propose_budget(ad_set, 1400, value_before=1500), None, LATER, "")

    assert run_action(younger.pk, LATER) is Status.EXECUTED
    older.refresh_from_db()
    assert older.status == Status.EXECUTED
    assert [w["after"] for w in meta.posts(ad_set.meta_id)] == [{"daily_budget": 1500}, {"daily_budget": 1400}]


def test_an_older_approval_that_waits_for_its_next_try_holds_nobody_up(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    user = member(meta.account)
    waits = services.approve(propose_budget(ad_set, 1500).pk, user, NOW)
    Action.objects.filter(pk=waits.pk).update(next_try_at=waits.refreshed_at + timedelta(days=3650))
    younger = services.approve(propose_budget(ad_set, 1400).pk, user, LATER)
    assert run_action(younger.pk, LATER) is Status.EXECUTED
    assert [w["after"] for w in meta.posts(ad_set.meta_id)] == [{"daily_budget": 1400}]
