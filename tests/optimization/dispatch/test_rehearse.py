"""A dry run tells what would happen and changes nothing, neither at Meta nor here."""

from collections.abc import Callable

import pytest

from metaads.models import AdSet, JournalStep, SwitchState
from optimization.dispatch import rehearse
from optimization.dispatch.rehearse import ACCEPTED, COPIES, NOT_YET
from optimization.models import Action, LedgerEvent
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import approved_plan, budget, copied, on_made, two_ad_sets

Propose = Callable[..., Action]


def test_a_change_that_would_be_made_says_so_and_changes_nothing(
    meta: Meta, ad_set: AdSet, propose_budget: Propose
) -> None:
    action = propose_budget(ad_set, 1500)
    events = LedgerEvent.objects.count()
    found = rehearse(action, NOW)

    assert (found.ok, found.reason) == (True, "")
    assert found.steps[0].meta == ACCEPTED
    assert found.verdicts
    assert meta.budget(ad_set.meta_id) == ad_set.daily_budget
    assert meta.control.writes() == []
    assert LedgerEvent.objects.count() == events
    assert not JournalStep.objects.exists()
    assert Action.objects.get(pk=action.pk).status == action.status


def test_what_meta_would_refuse_is_told_in_its_words(meta: Meta, ad_set: AdSet, propose_budget: Propose) -> None:
    found = rehearse(propose_budget(ad_set, 1), NOW)
    assert not found.ok
    assert "100/1885272" in found.reason


def test_a_change_by_somebody_else_is_seen_on_the_live_value(
    meta: Meta, ad_set: AdSet, propose_budget: Propose
) -> None:
    action = propose_budget(ad_set, 1500)
    meta.edit(ad_set.meta_id, 4242)
    found = rehearse(action, NOW)
    assert not found.ok
    assert "42.42 EUR a day" in found.reason


def test_a_plan_is_rehearsed_step_by_step_and_what_cannot_be_checked_is_labelled(meta: Meta) -> None:
    first, second = two_ad_sets(meta)
    action = approved_plan(
        first, budget(second, 2600), copied(first), on_made(2, "status", "PAUSED", "ACTIVE"), budget(first, 1)
    )
    found = rehearse(action, NOW)

    assert [(one.number, one.meta or one.note) for one in found.steps[:3]] == [(1, ACCEPTED), (2, COPIES), (3, NOT_YET)]
    assert found.reason.startswith(f"Step 4 ({first.name}):")
    assert meta.control.writes() == []


def test_with_execution_switched_off_not_even_a_check_is_posted(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, monkeypatch: pytest.MonkeyPatch
) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    asked: list[object] = []
    monkeypatch.setattr("metaads.executor.validate", asked.append)
    found = rehearse(propose_budget(ad_set, 1500), NOW)
    assert "ENABLE_ACTION_EXECUTOR" in found.reason
    assert (asked, found.steps[0].meta) == ([], "")
