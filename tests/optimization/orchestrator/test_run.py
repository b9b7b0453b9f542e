"""Runs: a preview writes nothing and calls nobody, one failing goal stops no other, everything is in the log."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from metaads.models import Campaign, SwitchState
from notifications.models import Notification
from optimization import orchestrator
from optimization.models import (
    Action,
    Goal,
    GoalCreative,
    LedgerEvent,
    OrchestratorRun,
    OrchestratorSettings,
    OrchestratorStep,
    Status,
)
from optimization.orchestrator import plan as planning
from optimization.orchestrator.creatives import approve_creative, make_creative
from optimization.orchestrator.goals import save_goal, toggle
from tests.optimization.conftest import NOW, Meta
from tests.optimization.orchestrator.conftest import Started
from tests.optimization.orchestrator.test_creatives import SPEC

SCHEDULE = OrchestratorRun.Trigger.SCHEDULE


def writing(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE", "REPLACE"}]


def test_a_preview_writes_nothing_anywhere_and_calls_nobody(shop: Meta, started: Started) -> None:
    started("traffic")
    before = shop.app.requests
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = orchestrator.preview(shop.account, NOW)
    assert writing(queries) == []
    assert shop.app.requests == before
    assert (report.dry_run, report.errors) == (True, [])
    assert [(step.type, step.result) for step in report.steps] == [("create_campaign", "success")]
    assert report.summary["campaigns_created"] == 1
    assert (report.goals[0].budget, report.budget_a_day) == ("10.00", "10.00")

    with CaptureQueriesContext(connection) as queries:
        orchestrator.run(shop.account, NOW, SCHEDULE)
    assert writing(queries), "the same counting sees what a run writes"
    assert shop.app.requests > before


def test_a_run_proposes_one_compound_creation_and_logs_it(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    action = Action.objects.get(kind="create_campaign")
    assert (row.state, row.counts["campaigns_created"]) == ("completed", 1), row.errors
    step = row.steps.get()
    assert (step.action, step.kind, step.result) == (action, "create_campaign", "success")
    assert (action.status, action.source) == (Status.PENDING, "orchestrator")
    made = [one for one in action.steps if one["op"] == "create"]
    assert [one["level"] for one in made] == ["campaign", "adset", "ad", "ad", "adset", "ad", "ad"]
    assert [one["params"].get("daily_budget") for one in made if one["level"] == "adset"] == [500, 500]
    assert action.steps[-1] == {**action.steps[-1], "level": "campaign", "new": "ACTIVE"}, "started last"
    goal.refresh_from_db()
    assert goal.template_checked_at == NOW, "checked at Meta before its first use"
    assert shop.control.writes() == [], "and nothing was made"
    assert Notification.objects.filter(key=f"orchestrator:{row.public_id}").exists()
    assert list(LedgerEvent.objects.filter(kind__startswith="run_").values_list("kind", flat=True)) == [
        "run_started",
        "run_finished",
    ]
    assert OrchestratorSettings.objects.get().last_run_at == NOW
    assert not orchestrator.is_due(shop.account, NOW)
    again = orchestrator.run(shop.account, NOW, SCHEDULE)
    assert again == row, "the same moment is the same run"


def test_goals_do_not_wait_for_each_other_and_stay_under_the_cap(shop: Meta, started: Started) -> None:
    for key in ("traffic", "virality", "streams"):
        started(key)
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    assert row.counts["campaigns_created"] == 3, row.errors
    budgets = [
        one["params"]["daily_budget"]
        for action in Action.objects.filter(kind="create_campaign")
        for one in action.steps
        if "daily_budget" in one["params"]
    ]
    assert sum(budgets) <= 5_000
    assert min(budgets) >= 500


def test_a_failing_goal_does_not_stop_the_others(shop: Meta, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    started("traffic", priority=5)
    started("virality")
    whole = planning.PARTS[0]

    def broken(ground: Any, goal: Goal) -> Any:
        if goal.key == "traffic":
            raise RuntimeError("no such thing")
        return whole(ground, goal)

    monkeypatch.setattr(planning, "PARTS", (broken, *planning.PARTS[1:]))
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    assert row.state == "completed_with_errors"
    assert [(one.goal_key, one.kind, one.result) for one in row.steps.order_by("goal_key")] == [
        ("traffic", "error", "failed"),
        ("virality", "create_campaign", "success"),
    ]
    assert "no such thing" in row.errors[0]
    assert Notification.objects.get(key=f"orchestrator:{row.public_id}").severity == "warning"


def actions_of(creative: GoalCreative) -> QuerySet[Action]:
    return Action.objects.filter(pk__in=[creative.action_id])


def test_a_creative_that_cannot_be_made_stops_neither_its_goal_nor_other_creatives(
    shop: Meta, started: Started
) -> None:
    goal = started("traffic")
    bad, good = (approve_creative(make_creative(goal, SPEC, None, NOW), None, NOW) for _ in "ab")
    actions_of(bad).update(status=Status.EXPIRED)
    made = {"made": [{"level": "creative", "id": "5512", "name": "Blue"}], "executed_at": NOW}
    actions_of(good).update(status=Status.EXECUTED, **made)
    type(bad).objects.filter(pk=bad.pk).update(spec={"name": "Blue"})
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    good.refresh_from_db()
    assert (row.state, good.creative_id) == ("completed_with_errors", "5512"), row.errors
    assert row.errors[0].startswith("Traffic, Creative Blue: ")
    assert row.steps.get(kind="create_campaign").result == "success"


def test_a_preview_knows_a_creative_that_was_made_since_the_last_run(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    goal.creatives.all().delete()
    made = approve_creative(make_creative(goal, SPEC, None, NOW), None, NOW)
    assert "No approved creative" in orchestrator.preview(shop.account, NOW).steps[0].message
    done = {"made": [{"level": "creative", "id": "5512", "name": "Blue"}], "executed_at": NOW}
    actions_of(made).update(status=Status.EXECUTED, **done)
    (step,) = orchestrator.preview(shop.account, NOW).steps
    assert (step.type, step.result) == ("create_campaign", "success")


def test_what_fails_in_acting_alone_does_not_leave_the_run_running(
    shop: Meta, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    started("traffic")

    def broken(*_: Any) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr("optimization.queue.acting_alone.candidates", broken)
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    assert (row.state, row.errors) == ("completed_with_errors", ["Acting alone: RuntimeError: no such thing"])
    assert OrchestratorSettings.objects.get().last_run_at == NOW


def test_what_meta_would_refuse_is_not_proposed_and_the_log_says_why(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    alone = Campaign.objects.filter(account=shop.account, daily_budget=None, lifetime_budget=None, status="ACTIVE")
    objective = alone.values_list("objective", flat=True)[0]
    goal.template = {**goal.template, "objective": objective, "optimization_goal": "REMINDERS_SET"}
    save_goal(goal, None, NOW)
    row = orchestrator.run(shop.account, NOW, SCHEDULE)
    goal.refresh_from_db()
    assert "2490408" in goal.template_problem
    assert (row.steps.get().result, goal.template_checked_at) == ("skipped", None)
    assert "Meta would not take the template" in row.steps.get().reason
    assert not Action.objects.exists()


def test_no_goal_no_run_on_schedule(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    assert orchestrator.is_due(shop.account, NOW)
    toggle(goal, False, None, NOW)
    assert not orchestrator.is_due(shop.account, NOW)
    row = orchestrator.run(shop.account, NOW, OrchestratorRun.Trigger.USER)
    assert (row.state, row.errors) == ("failed", ["No goal is switched on."])


def test_what_a_goal_proposed_is_cancelled_when_it_is_switched_off(shop: Meta, started: Started) -> None:
    """But for a creative to be made, which is its set-up; another goal's stay."""
    goal, other = started("traffic"), started("virality")
    approve_creative(make_creative(goal, SPEC, None, NOW), None, NOW)
    orchestrator.run(shop.account, NOW, SCHEDULE)
    toggle(goal, False, None, NOW)
    found = {(one.metrics["goal"]["key"], one.kind): one for one in Action.objects.all()}
    assert found["traffic", "create_campaign"].status == Status.CANCELLED
    assert found["traffic", "create_campaign"].outcome_note == f"Its goal, {goal.name}, was switched off."
    assert found["traffic", "create_creative"].status == Status.PENDING
    assert found[other.key, "create_campaign"].status == Status.PENDING
    assert LedgerEvent.objects.filter(kind="optimization_cancelled").count() == 1


def test_with_everything_off_a_run_says_so(shop: Meta, started: Started) -> None:
    started("traffic")
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    assert "ENABLE_INTELLIGENCE" in orchestrator.preview(shop.account, NOW).errors[0]
    assert not orchestrator.is_due(shop.account, NOW)


def test_the_command_shows_a_dry_run_and_does_a_real_one(
    shop: Meta, started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    started("traffic")
    call_command("run_orchestrator", "--dry-run", "--account", shop.account.meta_id, "--now", NOW.isoformat())
    assert "traffic create_campaign success" in capsys.readouterr().out
    assert not OrchestratorRun.objects.exists()
    call_command("run_orchestrator", "--account", shop.account.meta_id, "--now", NOW.isoformat())
    assert OrchestratorStep.objects.filter(result="success").exists()


def test_a_run_whose_worker_died_is_closed_by_the_next(shop: Meta, started: Started) -> None:
    started("traffic")
    dead = OrchestratorRun.objects.create(
        account=shop.account, trigger=SCHEDULE, slot="dead", started_at=NOW - timedelta(hours=2)
    )
    orchestrator.run(shop.account, NOW, SCHEDULE)
    dead.refresh_from_db()
    assert (dead.state, dead.ended_at) == ("failed", NOW)
