"""The life cycle: every arrow of the diagram, no other, each with its event, and lost races."""

from itertools import product
from typing import Any

import pytest
from django.db import transaction

from metaads.models import AdSet
from optimization.ledger import events_of, verify
from optimization.models import Action, LedgerEvent, Status
from optimization.queue.states import TRANSITIONS, IllegalMove, LostRace, close_many, move
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db

DIAGRAM = """
suggested        -> approved rejected cancelled expired superseded
pending_approval -> approved rejected cancelled expired superseded executed
approved         -> executing cancelled expired pending_approval executed
executing        -> executed failed uncertain approved
uncertain        -> executed failed needs_person executing
needs_person     -> executed failed
executed         -> reverted
"""
ARROWS = {
    (Status(start.strip()), Status(end))
    for start, ends in (line.split("->") for line in DIAGRAM.strip().splitlines())
    for end in ends.split()
}
NO_ARROWS = sorted(set(product(Status, Status)) - ARROWS)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def step(action: Action, to: Status, **more: Any) -> Action:
    return move(action, to, now=NOW, actor="system", **more)


def test_the_table_in_code_is_the_diagram() -> None:
    assert {(start, end) for start, ends in TRANSITIONS.items() for end in ends} == ARROWS


@pytest.mark.parametrize(("start", "end"), sorted(ARROWS))
def test_each_arrow_moves_the_action_and_leaves_one_event(ad_set: AdSet, start: Status, end: Status) -> None:
    action = budget_action(ad_set, status=start)
    assert step(action, end, payload={"note": "so"}).status == end
    assert Action.objects.get().status == end
    event = events_of(action).get()
    assert (event.actor, event.business_time) == ("system", NOW)
    assert event.payload == {"from": start.value, "to": end.value, "note": "so"}


@pytest.mark.parametrize(("start", "end"), NO_ARROWS)
def test_every_other_move_is_refused_and_leaves_nothing(ad_set: AdSet, start: Status, end: Status) -> None:
    action = budget_action(ad_set, status=start)
    with pytest.raises(IllegalMove):
        step(action, end)
    assert Action.objects.get().status == start
    assert not LedgerEvent.objects.exists()


def test_who_comes_second_learns_what_happened_and_changes_nothing(ad_set: AdSet) -> None:
    action = budget_action(ad_set)
    late = Action.objects.get()
    step(action, Status.APPROVED)
    with pytest.raises(LostRace, match="already approved") as lost:
        step(late, Status.REJECTED, decision_note="no")
    assert lost.value.now_is is Status.APPROVED
    row = Action.objects.get()
    assert (row.status, row.decision_note) == (Status.APPROVED, "")
    assert events_of(action).count() == 1


def test_a_newer_version_loses_the_race_too(ad_set: AdSet) -> None:
    action = budget_action(ad_set)
    Action.objects.update(version=2)
    with pytest.raises(LostRace):
        step(action, Status.APPROVED)
    assert Action.objects.get().status == Status.PENDING


def test_status_and_event_are_one(ad_set: AdSet) -> None:
    action = budget_action(ad_set)
    with transaction.atomic():
        step(action, Status.APPROVED)
        transaction.set_rollback(True)
    assert Action.objects.get().status == Status.PENDING
    assert not LedgerEvent.objects.exists()


def test_many_close_at_once_each_with_its_reason_and_its_event(ad_set: AdSet) -> None:
    first = budget_action(ad_set)
    second = budget_action(ad_set, kind="pause", status=Status.SUGGESTED)
    decided = budget_action(ad_set, kind="activate", status=Status.APPROVED)
    reasons = {first.pk: "Why one.", second.pk: "Why two.", decided.pk: "Too late."}
    closed = close_many(ad_set.account.pk, reasons, Status.SUPERSEDED, now=NOW, actor="rule")
    assert closed == 2
    for action, reason in ((first, "Why one."), (second, "Why two.")):
        before = action.status
        action.refresh_from_db()
        assert (action.status, action.outcome_note) == (Status.SUPERSEDED, reason)
        event = events_of(action).get()
        assert (event.kind, event.actor) == ("optimization_superseded", "rule")
        assert event.payload == {"from": before, "to": "superseded", "reason": reason}
    decided.refresh_from_db()
    assert (decided.status, decided.outcome_note) == (Status.APPROVED, "")
    assert verify() == []


def test_many_move_along_the_arrows_only(ad_set: AdSet) -> None:
    action = budget_action(ad_set)
    with pytest.raises(IllegalMove):
        close_many(ad_set.account.pk, {action.pk: "no"}, Status.FAILED, now=NOW, actor="rule")
    assert Action.objects.get().status == Status.PENDING
    assert not LedgerEvent.objects.exists()
