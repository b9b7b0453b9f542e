"""The queue's doors find due accounts and queue each once, however often the clock ticks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django.fixtures import Settings

from config import pipeline
from config.pipeline import queue_evaluate, queue_goals, queue_observe
from intelligence.models import Freshness
from metaads import switch
from metaads.models import AdAccount, Level
from optimization.models import Goal, OrchestratorSettings, Run
from optimization.orchestrator.goals import make_goal
from optimization.orchestrator.settings import save_settings, shipped
from tests.factories.metaads import AdAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What went to the queue: (task, account, cluster). The broker itself is django-q2's affair."""
    seen: list[tuple[str, int, str]] = []
    monkeypatch.setattr(
        pipeline, "async_task", lambda task, pk, cluster, save: seen.append((task.rpartition(".")[2], pk, cluster))
    )
    return seen


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def read(account: AdAccount, minutes_ago: float) -> None:
    for level in Level.values:
        moment = timezone.now() - timedelta(minutes=minutes_ago)
        Freshness.objects.update_or_create(account=account, level=level, defaults={"read_at": moment})


def test_an_account_never_read_is_due(account: AdAccount, queued: list[tuple[str, int, str]]) -> None:
    assert queue_observe() == 1
    assert queued == [("observe_account", account.pk, "work")]


@pytest.mark.parametrize(("every", "queued_then"), [(60, 0), (30, 1)])
def test_the_collection_interval_says_how_old_readings_may_grow(
    account: AdAccount, queued: list[tuple[str, int, str]], settings: Settings, every: int, queued_then: int
) -> None:
    settings.INSIGHTS_COLLECTION_INTERVAL = timedelta(minutes=every)
    read(account, minutes_ago=45)
    assert queue_observe() == queued_then


def test_a_doubled_scheduler_queues_nothing_twice(account: AdAccount, queued: list[tuple[str, int, str]]) -> None:
    queue_observe()
    assert queue_observe() == 0
    assert len(queued) == 1


def test_a_lost_task_is_queued_again_after_the_retry_interval(
    account: AdAccount, queued: list[tuple[str, int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_observe()
    later = timezone.now() + pipeline.RETRY_EVERY
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert queue_observe() == 1


def test_fresh_data_are_left_alone_and_one_old_level_is_enough(
    account: AdAccount, queued: list[tuple[str, int, str]]
) -> None:
    read(account, 10)
    assert queue_observe() == 0
    Freshness.objects.filter(level=Level.AD).update(read_at=timezone.now() - timedelta(minutes=61))
    assert queue_observe() == 1


@pytest.mark.parametrize(
    "changes",
    [{"active": False}, {"read_only": True}, {"next_collect_at": timezone.now() + timedelta(hours=1)}],
    ids=["inactive", "read only", "backing off"],
)
def test_an_account_that_must_not_be_read_is_not_queued(
    account: AdAccount, queued: list[tuple[str, int, str]], changes: dict[str, object]
) -> None:
    AdAccount.objects.update(**changes)
    assert queue_observe() == 0


def test_new_data_are_evaluated_once(account: AdAccount, queued: list[tuple[str, int, str]]) -> None:
    assert queue_evaluate() == 0, "nothing was read yet"
    read(account, 5)
    assert queue_evaluate() == 1
    Run.objects.create(account=account, kind="evaluate", slot="x", started_at=timezone.now())
    assert queue_evaluate() == 0
    assert queued == [("evaluate_account", account.pk, "work")]


@pytest.mark.parametrize("name", [switch.INTELLIGENCE, switch.COLLECTION, switch.RULES])
def test_a_stage_that_is_off_queues_nothing_and_leaves_no_row(
    account: AdAccount, queued: list[tuple[str, int, str]], settings: Settings, name: str
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, switch.COLLECTION: False, switch.RULES: False, name: False}
    read(account, 90)
    assert queue_observe() + queue_evaluate() == 0
    assert not Run.objects.exists()
    assert not OrmQ.objects.exists()


def test_goals_are_run_every_six_hours_where_one_is_on(account: AdAccount, queued: list[tuple[str, int, str]]) -> None:
    assert queue_goals() == 0
    now = timezone.now()
    make_goal(account, "traffic", None, now)
    assert queue_goals() == 0, "it is switched off"
    Goal.objects.update(active=True)
    assert (queue_goals(), queue_goals()) == (1, 0), "once, however often the clock ticks"
    assert queued == [("run_goals", account.pk, "work")]
    Run.objects.all().delete()
    row = save_settings(shipped(account), None, now)
    for hours, count in ((5.9, 0), (6.1, 1)):
        OrchestratorSettings.objects.filter(pk=row.pk).update(last_run_at=now - timedelta(hours=hours))
        assert queue_goals() == count, hours
