"""An action of several steps that a person settles: what stands at Meta can be taken back, whatever they say."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from metaads.models import AdSet, JournalStep
from optimization.dispatch import run_action
from optimization.models import Action, Hold, Status
from optimization.queue.resolving import resolve
from optimization.queue.undoing import undo
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import approved_plan, budget, swept, two_ad_sets

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)


@pytest.fixture
def pair(meta: Meta) -> tuple[AdSet, AdSet]:
    return two_ad_sets(meta)


def stuck_at(meta: Meta, pair: tuple[AdSet, AdSet], number: int) -> Action:
    """Meta was asked three times for step `number`, and nobody knows what became of it; the step before it stands."""
    first, second = pair
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    meta.control.fault("no_effect", method="POST", path=pair[number - 1].meta_id, count=3)
    assert swept(action) is Status.NEEDS_PERSON
    return action


def test_what_a_person_does_not_see_leaves_the_step_before_it_undoable(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    first, second = pair
    was = meta.budget(first.meta_id), meta.budget(second.meta_id)
    action = stuck_at(meta, pair, 2)
    settled = resolve(action.pk, None, LATER, False, "the second one is as it was")

    assert settled.status == Status.EXECUTED
    assert "step 2 of 2 did not come about" in settled.outcome_note
    assert not Hold.objects.exists()
    assert run_action(undo(action.pk, None, LATER).pk, LATER) is Status.EXECUTED
    assert (meta.budget(first.meta_id), meta.budget(second.meta_id)) == was


def test_what_a_person_sees_does_not_hide_the_steps_after_it(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    action = stuck_at(meta, pair, 1)
    settled = resolve(action.pk, None, LATER, True, "the first one stands")
    assert settled.status == Status.EXECUTED
    assert "step 2 of 2 did not come about" in settled.outcome_note


def test_where_nothing_stands_it_failed(meta: Meta, pair: tuple[AdSet, AdSet]) -> None:
    action = stuck_at(meta, pair, 1)
    assert resolve(action.pk, None, LATER, False, "as it was").status == Status.FAILED
    assert JournalStep.objects.get(key=f"{action.public_id}:1").state == "needs_person"
