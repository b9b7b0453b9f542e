"""One approved change, carried out through the real SDK against the sandbox."""

from collections.abc import Callable

from django.contrib.auth.models import User

from metaads.models import AdSet, JournalStep
from optimization.dispatch import run_action
from optimization.ledger import events_of, verify
from optimization.models import Action, Status
from optimization.queue import services
from tests.optimization.conftest import NOW, Meta

Propose = Callable[..., Action]
Member = Callable[..., User]


def test_an_approved_change_is_made_once_and_read_back(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)

    assert run_action(action.pk, NOW) is Status.EXECUTED
    assert run_action(action.pk, NOW) is Status.EXECUTED

    assert meta.budget(ad_set.meta_id) == 1500
    assert len(meta.posts(ad_set.meta_id)) == 1
    ad_set.refresh_from_db()
    assert ad_set.daily_budget == 1500
    kinds = [event.kind for event in events_of(action)]
    assert kinds == ["optimization_approved", "optimization_executing", "optimization_executed"]
    assert verify() == []


def test_a_value_that_is_there_already_is_not_written(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    meta.edit(ad_set.meta_id, 1500)

    assert run_action(action.pk, NOW) is Status.EXECUTED
    assert meta.posts(ad_set.meta_id) == []
    action.refresh_from_db()
    assert action.outcome_note.startswith("Nothing to do")


def test_a_change_by_somebody_else_stops_it_and_both_values_are_shown(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), NOW)
    meta.edit(ad_set.meta_id, 4242)

    assert run_action(action.pk, NOW) is Status.FAILED
    assert meta.posts(ad_set.meta_id) == []
    action.refresh_from_db()
    assert "42.42 EUR a day" in action.outcome_note
    assert "52.00 EUR a day" in action.outcome_note


def test_undo_puts_the_old_value_back_and_the_original_reads_reverted(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    before = ad_set.daily_budget
    action = propose_budget(ad_set, 1500)
    user = member(meta.account)
    services.approve(action.pk, user, NOW)
    run_action(action.pk, NOW)

    undoing = services.undo(action.pk, user, NOW)
    assert run_action(undoing.pk, NOW) is Status.EXECUTED

    action.refresh_from_db()
    assert action.status == Status.REVERTED
    assert meta.budget(ad_set.meta_id) == before
    assert [e.kind for e in events_of(action)][-1] == "optimization_reverted"


def test_an_undo_can_be_undone(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member) -> None:
    user, action = member(meta.account), propose_budget(ad_set, 1500)
    services.approve(action.pk, user, NOW)
    run_action(action.pk, NOW)
    first = services.undo(action.pk, user, NOW)
    run_action(first.pk, NOW)

    again = services.undo(first.pk, user, NOW)
    assert run_action(again.pk, NOW) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == 1500


def test_a_refusal_of_meta_fails_at_once_with_its_words(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    meta.forget_minimums()
    action = propose_budget(ad_set, 1)
    services.approve(action.pk, member(meta.account), NOW)

    assert run_action(action.pk, NOW) is Status.FAILED
    action.refresh_from_db()
    assert "100/1885272" in action.outcome_note
    assert JournalStep.objects.get(key=f"{action.public_id}:1").state == JournalStep.State.FAILED
    assert meta.budget(ad_set.meta_id) == ad_set.daily_budget
