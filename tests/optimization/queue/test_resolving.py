"""What needs a person is settled by one, and only then its entity is free again."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from metaads.models import AdSet, Role
from optimization.ledger import events_of
from optimization.models import Action, LimitCounter, Source, Status
from optimization.queue import reserve
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed
from optimization.queue.resolving import resolve as settle
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, limits, pause_action

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.fixture
def open_question(ad_set: AdSet) -> Action:
    """Sent three times, limits reserved, and nobody knows."""
    action = budget_action(ad_set, status=Status.NEEDS_PERSON)
    action.reserved = reserve.take(action, limits(), NOW)
    action.save()
    return action


def test_it_took_effect_so_it_is_executed_and_its_limits_stay_used(open_question: Action, member: Member) -> None:
    user = member(open_question.account)
    fresh = settle(open_question.pk, user, NOW, True, "stands in Ads Manager")
    assert (fresh.status, fresh.executed_at) == (Status.EXECUTED, NOW)
    assert fresh.outcome_note == "Settled by a person: stands in Ads Manager"
    event = events_of(fresh).get()
    assert (event.kind, event.user_id) == ("optimization_executed", user.pk)
    assert LimitCounter.objects.get().used == 1


def test_it_took_none_so_it_failed_and_its_limits_are_free(open_question: Action) -> None:
    fresh = settle(open_question.pk, None, NOW, False, "old budget")
    assert (fresh.status, fresh.reserved) == (Status.FAILED, [])
    assert LimitCounter.objects.get().used == 0


def test_its_entity_is_free_again(open_question: Action, ad_set: AdSet) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        pause_action(ad_set, status=Status.EXECUTING)
    settle(open_question.pk, None, NOW, False, "old budget")
    assert pause_action(ad_set, status=Status.EXECUTING).pk is not None


def test_an_undo_that_took_effect_reverts_its_original(ad_set: AdSet) -> None:
    original = pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW)
    values = {"kind": "activate", "value_before": "PAUSED", "value_final": "ACTIVE"}
    undoing = pause_action(ad_set, source=Source.UNDO, undo_of=original, status=Status.NEEDS_PERSON, **values)
    settle(undoing.pk, None, NOW, True, "active")
    original.refresh_from_db()
    assert original.status == Status.REVERTED


def test_a_viewer_settles_nothing_and_words_are_needed(open_question: Action, member: Member) -> None:
    with pytest.raises(NotAllowed):
        settle(open_question.pk, member(open_question.account, Role.VIEWER), NOW, True, "seen")
    with pytest.raises(Invalid, match="note"):
        settle(open_question.pk, None, NOW, True, " ")
    assert Action.objects.get().status == Status.NEEDS_PERSON


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NEEDS_PERSON}))
def test_nothing_else_can_be_settled(ad_set: AdSet, status: Status) -> None:
    action = budget_action(ad_set, status=status)
    with pytest.raises(AlreadyDecided):
        settle(action.pk, None, NOW, True, "seen")


def test_the_operator_settles_by_command(open_question: Action) -> None:
    out, about = StringIO(), (str(open_question.public_id), "--note", "seen", f"--now={NOW.isoformat()}")
    call_command("resolve_action", *about, "--not-in-effect", stdout=out)
    assert out.getvalue().strip() == f"{open_question.public_id} is failed."
    with pytest.raises(CommandError, match="already failed"):
        call_command("resolve_action", *about, "--in-effect")
    with pytest.raises(CommandError, match="--in-effect --not-in-effect"):
        call_command("resolve_action", *about)
