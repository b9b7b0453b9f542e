"""Once a night and account: rolled up, trimmed, noted; and by hand."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.pipeline import queue_rollup
from config.tick import tick
from intelligence.models import Reading, Week
from metaads.models import AdAccount, Level
from optimization.models import EvaluationBlock, EvaluationTick, Run
from optimization.retention import roll_up_account, rollup_is_due
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate
from optimization.rules.log import Looked, keep_look
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.factories.optimization import budget_action, keep_frame, make_rule, version_of
from tests.optimization.rules.build import leaf

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create(name="Northwind")
    for n in range(1, 120):
        day = NOW.date() - timedelta(days=n)
        reading(made, Level.CAMPAIGN, day, NOW - timedelta(days=n - 1), {"11": {"spend": 1}})
    return made


def run(account: AdAccount, kind: str, age: timedelta) -> Run:
    return Run.objects.create(account=account, kind=kind, slot=str(age), started_at=NOW - age)


def test_it_is_due_once_a_day_in_the_accounts_night(account: AdAccount) -> None:
    midnight = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # in Berlin
    assert not rollup_is_due(account, midnight + timedelta(hours=2))
    assert rollup_is_due(account, midnight + timedelta(hours=4))
    roll_up_account(account, midnight + timedelta(hours=4), NOW)
    assert not rollup_is_due(account, midnight + timedelta(hours=20))
    assert rollup_is_due(account, midnight + timedelta(hours=28))


def test_accounts_follow_each_other_through_the_hour(db: None) -> None:
    accounts = [AdAccountFactory.create() for _ in range(4)]
    night = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    due = [[rollup_is_due(one, night + timedelta(minutes=n)) for n in range(60)].index(True) for one in accounts]
    assert len(set(due)) == 4


def test_what_was_done_is_noted(account: AdAccount) -> None:
    line = roll_up_account(account, NOW, NOW)
    assert "weeks made" in line
    assert "readings deleted" in line
    noted = Run.objects.get(kind="rollup")
    assert noted.counts["weeks"] == Week.objects.count()
    assert noted.counts["readings deleted"] == 119 - Reading.objects.count()


def test_old_runs_go_unless_an_action_names_them(account: AdAccount) -> None:
    named = run(account, "evaluate", timedelta(days=100))
    budget_action(AdSetFactory.create(campaign__account=account), run=named)
    for kind, age in (("evaluate", 100), ("evaluate", 80), ("queue_observe", 3), ("queue_observe", 1)):
        run(account, kind, timedelta(days=age, seconds=1))
    roll_up_account(account, NOW, NOW)
    left = Run.objects.exclude(kind="rollup").order_by("started_at")
    assert [(one.kind, (NOW - one.started_at).days) for one in left] == [
        ("evaluate", 100),
        ("evaluate", 80),
        ("queue_observe", 1),
    ]


def test_what_the_queue_noted_is_measured_by_the_wall_clock(account: AdAccount) -> None:
    """An account in the sandbox may be weeks ahead."""
    run(account, "queue_observe", timedelta(hours=1))
    roll_up_account(account, NOW + timedelta(days=20), NOW)
    assert Run.objects.filter(kind="queue_observe").exists()


def test_the_command_tells_its_steps_and_what_became_of_them(account: AdAccount) -> None:
    out, steps = StringIO(), StringIO()
    call_command("rollup_snapshots", now=NOW, stdout=out, stderr=steps)
    assert "Northwind" in out.getvalue()
    assert "weeks made" in out.getvalue()
    assert "[1/1] Northwind: sums of weeks" in steps.getvalue()


def test_the_command_does_one_account(account: AdAccount) -> None:
    other: AdAccount = AdAccountFactory.create()
    call_command("rollup_snapshots", account=f"act_{other.meta_id}", now=NOW, stdout=StringIO(), stderr=StringIO())
    assert not Week.objects.exists()
    with pytest.raises(CommandError, match="no ad account"):
        call_command("rollup_snapshots", account="1", stdout=StringIO())


def test_the_clock_queues_it_once(account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr("config.pipeline.async_task", lambda *args, **rest: queued.append(args))
    monkeypatch.setattr("config.pipeline.business_now", lambda account: NOW)
    assert [queue_rollup(), queue_rollup()] == [1, 0]
    assert queued == [("optimization.tasks.roll_up", account.pk)]


def test_nothing_is_rolled_up_while_everything_is_off(account: AdAccount, settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_INTELLIGENCE": False}
    assert queue_rollup() == 0


def test_a_tick_without_queue_rolls_up_too(account: AdAccount) -> None:
    reports = {report.step: report for report in tick(NOW, [account])}
    assert reports["rollup"].outcome == "done"
    assert Week.objects.exists()
    again = {report.step: report.text for report in tick(NOW, [account])}
    assert again["rollup"] == "rolled up today"


def test_what_rules_said_goes_with_the_frames_that_explain_it(account: AdAccount) -> None:
    rule = make_rule(account, leaf("spend_7d", ">", 50))
    for days in (31, 29):
        at = NOW - timedelta(days=days)
        frame = keep_frame(account, "adset", {"ids": ["31"], "spend_7d": [60]}, at)
        compiled = compile_version(version_of(rule))
        keep_look(account, frame, [Looked(version_of(rule), evaluate(compiled, frame))], at)
    roll_up_account(account, NOW, NOW)
    kept = EvaluationTick.objects.get()
    assert (kept.looked_at, EvaluationBlock.objects.count()) == (NOW - timedelta(days=29), 1)
    assert Run.objects.get(kind="rollup").counts["looks"] == 2
