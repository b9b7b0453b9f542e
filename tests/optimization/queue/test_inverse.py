"""What puts changes back: chains of one field, plans, what was changed since, and the undo of an undo."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaads.models import AdSet
from optimization.models import Action, Source, Status
from optimization.queue import services
from optimization.queue.errors import Stale
from optimization.queue.inverse import AS_BEFORE, NOTHING_LEFT, Inverse, fields_now, inverses
from optimization.queue.states import move
from optimization.queue.undoing import by_person, mark_reverted, put_back
from optimization.steps import Step
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    return made


def executed(ad_set: AdSet, wanted: int, **columns: Any) -> Action:
    """A budget change in effect: the mirror shows it."""
    ad_set.refresh_from_db()
    action = budget_action(ad_set, wanted, status=Status.EXECUTED, executed_at=NOW, expires_at=None, **columns)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=wanted)
    return action


def plan(ad_sets: list[AdSet], steps: list[Step], **columns: Any) -> Action:
    """An executed plan; the mirror shows what it set."""
    for step in steps:
        if step.op == "set":
            AdSet.objects.filter(meta_id=step.entity_id).update(**{step.field: step.new})
    values: dict[str, Any] = {
        "kind": "set_budget",
        "field": "steps",
        "value_before": {step.key: step.old for step in steps},
        "value_wanted": {step.key: step.new for step in steps},
        "value_final": {step.key: step.new for step in steps},
        "steps": [step.as_json() for step in steps],
    }
    done = {"status": Status.EXECUTED, "executed_at": NOW}
    return budget_action(ad_sets[0], **{**values, **done, **columns})


def budget(ad_set: AdSet, old: int, new: int) -> Step:
    return Step("set", "adset", ad_set.meta_id, ad_set.name, "daily_budget", old, new)


def found(*newest_first: Action) -> tuple[list[Inverse], list[tuple[Action, str]]]:
    return inverses(newest_first, fields_now(newest_first[0].account, newest_first))


def carried_out(undo: Action) -> Action:
    """As the executor ends it."""
    for name, value in [(undo.field, undo.value_final)]:
        AdSet.objects.filter(meta_id=undo.entity_id).update(**{name: value})
    Action.objects.filter(pk=undo.pk).update(status=Status.EXECUTING)
    undo.refresh_from_db()
    done = move(undo, Status.EXECUTED, now=NOW, actor="executor", executed_at=NOW)
    assert done.undo_of is not None
    mark_reverted(done.undo_of, done, NOW)
    return done


def test_three_raises_are_put_back_by_one_write_of_the_value_before_the_first(ad_set: AdSet) -> None:
    raises = [executed(ad_set, wanted) for wanted in (11_000, 12_000, 13_000)]
    back, left = found(*reversed(raises))
    assert left == []
    (one,) = back
    assert (one.before, one.wanted, one.field, one.kind) == (13_000, 10_000, "daily_budget", "set_budget")
    assert list(one.undoes) == raises[::-1]

    undo = carried_out(put_back(one, by_person(None), NOW))
    assert undo.undo_of == raises[2]
    for action in raises:
        action.refresh_from_db()
        assert action.status == Status.REVERTED
    assert "2 earlier" in undo.reason


def test_what_somebody_changed_in_between_ends_the_chain_there(ad_set: AdSet) -> None:
    first = executed(ad_set, 11_000)
    AdSet.objects.update(daily_budget=15_000)
    second = executed(ad_set, 16_000)
    back, left = found(second, first)
    assert [(one.before, one.wanted, one.undoes) for one in back] == [(16_000, 15_000, (second,))]
    assert left == [(first, "It was changed since: we set 110.00 EUR, now it is 150.00 EUR.")]


def test_changes_that_cancel_out_need_no_write(ad_set: AdSet) -> None:
    up, down = executed(ad_set, 12_000), executed(ad_set, 10_000)
    assert found(down, up) == ([], [(down, NOTHING_LEFT), (up, NOTHING_LEFT)])
    assert found(up) == ([], [(up, AS_BEFORE)])


def test_status_and_budget_of_one_object_are_put_back_each_by_itself(ad_set: AdSet) -> None:
    raised = executed(ad_set, 12_000)
    paused = pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW)
    AdSet.objects.update(status="PAUSED")
    back, left = found(paused, raised)
    assert [(one.kind, one.wanted) for one in back] == [("activate", "ACTIVE"), ("set_budget", 10_000)]
    assert left == []


def test_a_plan_is_put_back_in_reverse_with_decreases_first(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000)
    action = plan([ad_set, other], [budget(ad_set, 10_000, 8_000), budget(other, 5_000, 7_000)])
    (one,), left = found(action)
    assert left == []
    assert [(step.entity_id, step.old, step.new) for step in one.steps] == [
        (other.meta_id, 7_000, 5_000),
        (ad_set.meta_id, 8_000, 10_000),
    ]
    assert one.field == "steps"
    assert one.wanted == action.value_before


def test_a_plan_of_which_one_object_was_changed_since_stays_and_says_which(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000, name="Beta")
    action = plan([ad_set, other], [budget(ad_set, 10_000, 8_000), budget(other, 5_000, 7_000)])
    AdSet.objects.filter(pk=other.pk).update(daily_budget=9_999)
    back, ((_, why_not),) = found(action)
    assert back == []
    assert why_not == "“Beta” was changed since: we set 70.00 EUR, now it is 99.99 EUR."


def test_a_plan_and_a_later_raise_of_one_of_its_objects_are_put_back_together(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign, daily_budget=5_000)
    moved = plan([ad_set, other], [budget(ad_set, 10_000, 8_000), budget(other, 5_000, 7_000)])
    raised = executed(ad_set, 9_000)
    (one,), left = found(raised, moved)
    assert left == []
    assert {step.entity_id: (step.old, step.new) for step in one.steps} == {
        ad_set.meta_id: (9_000, 10_000),
        other.meta_id: (7_000, 5_000),
    }
    assert one.undoes == (raised, moved)


def test_a_copy_is_paused_and_its_own_values_stay(ad_set: AdSet) -> None:
    copy = AdSetFactory.create(campaign=ad_set.campaign, status="ACTIVE", name="Copy", daily_budget=2_000)
    steps = [
        Step("copy", "adset", ad_set.meta_id, "Copy"),
        Step("set", "adset", "$1", "Copy", "daily_budget", 10_000, 2_000),
        Step("set", "adset", "$1", "Copy", "status", "PAUSED", "ACTIVE"),
    ]
    action = plan([ad_set], steps, made=[{"level": "adset", "id": copy.meta_id, "name": "Copy"}])
    (one,), _ = found(action)
    assert (one.kind, one.entity_id, one.entity_name, one.before, one.wanted) == (
        "pause", copy.meta_id, "Copy", "ACTIVE", "PAUSED",
    )  # fmt: skip


def test_a_copy_that_the_mirror_does_not_show_yet_can_be_undone(ad_set: AdSet) -> None:
    steps = [
        Step("copy", "adset", ad_set.meta_id, "Copy"),
        Step("set", "adset", "$1", "Copy", "status", "PAUSED", "ACTIVE"),
    ]
    action = plan([ad_set], steps, made=[{"level": "adset", "id": "777", "name": "Copy"}])
    (one,), left = found(action)
    assert left == []
    assert [(step.entity_id, step.new) for step in one.steps] == [("777", "PAUSED")]


def test_an_older_change_is_not_undone_past_a_newer_one_that_stands(ad_set: AdSet) -> None:
    first, _ = executed(ad_set, 11_000), executed(ad_set, 12_000)
    with pytest.raises(Stale, match="changed since"):
        services.undo(first.pk, None, NOW)


@settings(max_examples=20, deadline=None)
@given(budgets=st.lists(st.integers(100, 99_999), min_size=1, max_size=5, unique=True), undos=st.integers(1, 4))
def test_undo_of_undo_goes_back_and_forth_between_the_two_values_and_never_repeats_itself(
    budgets: list[int], undos: int
) -> None:
    """Each undo is an executed action with an inverse; whoever was undone is reverted and cannot be undone again."""
    ad_set = AdSetFactory.create(daily_budget=100_000)
    chain = [executed(ad_set, wanted) for wanted in budgets]
    ends = (100_000, budgets[-1])
    (one,), _ = found(*reversed(chain))
    last = carried_out(put_back(one, by_person(None), NOW))
    for turn in range(undos):
        ad_set.refresh_from_db()
        assert ad_set.daily_budget == ends[turn % 2]
        last = carried_out(services.undo(last.pk, None, NOW))
    ad_set.refresh_from_db()
    assert ad_set.daily_budget == ends[undos % 2]
    statuses = set(Action.objects.filter(account=ad_set.account).exclude(pk=last.pk).values_list("status", flat=True))
    assert statuses == {Status.REVERTED.value}
    assert last.source == Source.UNDO
