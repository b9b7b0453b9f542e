"""Creatives of a goal: only approved ones are used, and what is not at Meta yet is made there by an approved action."""

from typing import Any

import pytest

from optimization import orchestrator
from optimization.dispatch import run_due
from optimization.models import Action, OrchestratorRun
from optimization.orchestrator import document
from optimization.orchestrator.creatives import approve_creative, make_creative, pick_creative, reject_creative
from optimization.orchestrator.goals import make_goal
from optimization.orchestrator.refused import GoalRefused
from optimization.queue import services
from tests.optimization.conftest import NOW, Meta
from tests.optimization.orchestrator.conftest import Started, creatives

SPEC: dict[str, Any] = {"name": "Blue", "image_hash": "abc123def", "link": "https://shop.example/", "message": "New"}


def test_only_approved_ones_are_used(shop: Meta) -> None:
    goal = make_goal(shop.account, "traffic", None, NOW)
    first, second, third = (pick_creative(goal, one, None, NOW) for one in creatives(shop.account)[:3])
    approve_creative(first, None, NOW)
    reject_creative(second, None, NOW)
    groups = document.groups_of(goal, document.template_of(goal))
    assert {one.pk for group in groups for one in group.creatives} == {first.pk}
    assert third.state == "draft"
    with pytest.raises(GoalRefused, match="already"):
        pick_creative(goal, first.creative_id, None, NOW)
    with pytest.raises(GoalRefused, match="no creative 404"):
        pick_creative(goal, "404", None, NOW)


def test_one_made_here_is_at_meta_only_after_an_approved_action(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    row = approve_creative(make_creative(goal, SPEC, None, NOW), None, NOW)
    action = Action.objects.get(kind="create_creative")
    assert (row.action, row.creative_id, shop.control.writes()) == (action, "", [])
    before = document.groups_of(goal, document.template_of(goal))
    assert row.pk not in {one.pk for group in before for one in group.creatives}
    assert approve_creative(row, None, NOW).action == action, "asked once"

    services.approve(action.pk, None, NOW)
    run_due(shop.account, lambda: NOW)
    action.refresh_from_db()
    assert action.executed_at, action.outcome_note
    orchestrator.run(shop.account, NOW, OrchestratorRun.Trigger.USER)
    row.refresh_from_db()
    assert row.creative_id == action.made[0]["id"]
    after = document.groups_of(goal, document.template_of(goal))
    assert row.pk in {one.pk for group in after for one in group.creatives}


@pytest.mark.parametrize("lacks", ["image_hash", "link"])
def test_one_that_meta_could_not_show_is_refused_here(shop: Meta, lacks: str) -> None:
    goal = make_goal(shop.account, "traffic", None, NOW)
    with pytest.raises(GoalRefused, match=lacks):
        make_creative(goal, {name: value for name, value in SPEC.items() if name != lacks}, None, NOW)
