"""The last hours of an account, undone: what is chosen, what is left and why, and that twice is once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings

from metaads.models import AdSet, JournalStep, Role
from optimization.dispatch import run_action
from optimization.ledger import verify
from optimization.models import Action, Source, Status
from optimization.ours import NOT_OURS
from optimization.queue import services
from optimization.queue.decision import BEING_UNDONE
from optimization.queue.errors import Invalid, NotAllowed
from optimization.queue.reverting import A_PAUSE, AN_UNDO, UNDER_WAY, UNDONE, Wanted, look, revert
from tests.factories.metaads import AdSetFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, make_rule, version_of
from tests.optimization.conftest import Meta
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
Propose = Callable[..., Action]
FOUR_HOURS = Wanted.last(4, NOW)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    return made


def executed(ad_set: AdSet, wanted: int, hours_ago: float = 1, **columns: Any) -> Action:
    ad_set.refresh_from_db()
    at = NOW - timedelta(hours=hours_ago)
    action = budget_action(ad_set, wanted, **{"status": Status.EXECUTED, "executed_at": at, **columns})
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=wanted)
    return action


def test_the_last_hours_are_undone_and_nothing_older(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000)
    old = executed(ad_set, 12_000, hours_ago=5)
    new = executed(ad_set, 13_000, hours_ago=3)
    elsewhere = executed(other, 6_000, hours_ago=2)
    AdSetFactory.create()
    seen = look(ad_set.account, FOUR_HOURS, NOW)
    assert seen.undoes == [elsewhere, new]
    assert (seen.effect, seen.unknown) == (-2_000, 0)
    done = revert(ad_set.account, FOUR_HOURS, None, NOW)
    assert [(undo.value_final, undo.undo_of) for undo in done.undos] == [(5_000, elsewhere), (12_000, new)]
    assert done.undone == {elsewhere.pk, new.pk}
    old.refresh_from_db()
    assert not old.undos.exists()


def test_pressing_twice_undoes_nothing_twice(ad_set: AdSet) -> None:
    raises = [executed(ad_set, wanted, hours_ago) for wanted, hours_ago in ((11_000, 3), (12_000, 2), (13_000, 1))]
    first = revert(ad_set.account, FOUR_HOURS, None, NOW)
    assert [(undo.value_before, undo.value_final) for undo in first.undos] == [(13_000, 10_000)]
    assert first.undone == {action.pk for action in raises}
    second = revert(ad_set.account, FOUR_HOURS, None, NOW)
    assert second.undos == []
    assert second.left == [(action, BEING_UNDONE) for action in reversed(raises)]
    assert Action.objects.filter(source=Source.UNDO).count() == 1
    assert verify() == []


def test_it_is_narrowed_by_source_rule_and_kind(ad_set: AdSet) -> None:
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
    others = [AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000) for _ in range(2)]
    of_rule = executed(ad_set, 12_000, rule_version=version_of(rule))
    by_person = executed(others[0], 6_000, source=Source.PERSON)
    lowered = executed(others[1], 4_000, source=Source.OPTIMIZER)

    def undone(**chosen: Any) -> set[Action]:
        return set(look(ad_set.account, Wanted.last(4, NOW, **chosen), NOW).undoes)

    assert undone() == {of_rule, by_person, lowered}
    assert undone(source=Source.PERSON) == {by_person}
    assert undone(rule_id=rule.pk) == {of_rule}
    assert undone(kind="decrease_budget") == {lowered}
    assert undone(only=frozenset({of_rule.pk})) == {of_rule}


def test_what_is_left_says_why(ad_set: AdSet) -> None:
    sets = [AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000) for _ in range(6)]
    gone, edited, moving, quiet, undo, paused = (executed(one, 6_000) for one in sets)
    AdSet.objects.filter(pk=sets[0].pk).update(deleted_at=NOW)
    AdSet.objects.filter(pk=sets[1].pk).update(daily_budget=7_000)
    Action.objects.filter(pk=moving.pk).update(status=Status.UNCERTAIN, executing_at=NOW)
    JournalStep.objects.create(
        key=f"{quiet.public_id}:1", account=ad_set.account, level="adset", entity_id=quiet.entity_id, state="done"
    )
    back = executed(ad_set, 12_000, status=Status.REVERTED)
    Action.objects.filter(pk=undo.pk).update(source=Source.UNDO, undo_of=back)
    Action.objects.filter(pk=paused.pk).update(source=Source.INCIDENT)
    seen = look(ad_set.account, FOUR_HOURS, NOW)
    assert seen.undoes == []
    assert dict(seen.left) == {
        gone: "It no longer exists at Meta.",
        edited: "It was changed since: we set 60.00 EUR, now it is 70.00 EUR.",
        moving: UNDER_WAY,
        quiet: NOT_OURS,
        back: UNDONE,
        undo: AN_UNDO,
        paused: A_PAUSE,
    }
    assert look(ad_set.account, Wanted.last(4, NOW, source=Source.UNDO), NOW).undoes == [undo]


def test_a_redone_change_counts_as_a_change_again(ad_set: AdSet) -> None:
    raised = executed(ad_set, 12_000, 3, status=Status.REVERTED)
    undo = executed(ad_set, 10_000, 2, status=Status.REVERTED, source=Source.UNDO, undo_of=raised)
    redone = executed(ad_set, 12_000, 1, source=Source.UNDO, undo_of=undo)
    assert look(ad_set.account, FOUR_HOURS, NOW).undoes == [redone]


@pytest.mark.parametrize("hours", [0, -1, 24 * 31 + 1, float("nan")])
def test_odd_hours_are_refused_with_the_bounds(hours: float) -> None:
    with pytest.raises(Invalid, match="hours: give a number above 0"):
        Wanted.last(hours, NOW)


def test_it_is_for_managers_and_needs_the_executor(ad_set: AdSet, member: Member, settings: Settings) -> None:
    executed(ad_set, 12_000)
    with pytest.raises(NotAllowed):
        revert(ad_set.account, FOUR_HOURS, member(ad_set.account, Role.VIEWER), NOW)
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    with pytest.raises(Invalid, match="ENABLE_ACTION_EXECUTOR"):
        revert(ad_set.account, FOUR_HOURS, UserFactory.create(is_superuser=True), NOW)
    assert not Action.objects.filter(source=Source.UNDO).exists()


def test_a_look_costs_the_same_for_many_changes(
    ad_set: AdSet, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        executed(AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000), 6_000)
    with django_assert_max_num_queries(9):
        assert len(look(ad_set.account, FOUR_HOURS, NOW).undoes) == 30


@pytest.mark.django_db(transaction=True)
def test_three_raises_at_meta_go_back_with_one_write(
    meta: Meta, propose_budget: Propose, member: Member, settings: Settings
) -> None:
    ad_set = AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")[0]
    before = ad_set.daily_budget
    assert before is not None
    user = member(meta.account)
    for step in (100, 200, 300):
        ad_set.refresh_from_db()
        action = services.approve(propose_budget(ad_set, before + step).pk, user, NOW)
        assert run_action(action.pk, NOW) is Status.EXECUTED
    (undo,) = revert(meta.account, FOUR_HOURS, user, NOW).undos
    assert run_action(undo.pk, NOW) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == before
    assert len(meta.posts(ad_set.meta_id)) == 4
    assert set(Action.objects.exclude(pk=undo.pk).values_list("status", flat=True)) == {Status.REVERTED.value}
    assert verify() == []
