"""Approval to execution by a real queue worker, within the ten seconds that were promised."""

import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure

from metaads.switch import EXECUTOR
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import verify
from optimization.models import Action, Rule, Status
from optimization.settings_doors import set_switch
from tests.flows.conftest import Meta
from tests.flows.processes import wait_until, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ON = {"ENABLE_INTELLIGENCE": "true", "ENABLE_ACTION_EXECUTOR": "true", "EXECUTOR_SETTLE_SECONDS": "0.5"}


@pytest.fixture
def proposals(meta: Meta, rule_for: Callable[..., Rule]) -> list[Action]:
    """Pending cuts of daily budgets of different entities."""
    rule_for(meta.accounts, timezone.now())
    call_command("tick", stdout=StringIO())
    return list(Action.objects.filter(status=Status.PENDING, field="daily_budget").order_by("pk"))


def status_of(action: Action) -> str:
    return str(Action.objects.values_list("status", flat=True).get(pk=action.pk))


def swept(action: Action) -> str:
    """Status after what the sweeper does every 15 seconds: what was held back tries again after its pause."""
    call_command("execute_actions", "--once", stdout=StringIO())
    return status_of(action)


def approve(client: Client, action: Action) -> None:
    answer = client.post(reverse("action-approve", args=[action.public_id]), {"version": action.version})
    assert answer.status_code < 400, answer.content.decode()[:300]


def test_an_approved_change_is_at_meta_within_ten_seconds_and_undo_puts_it_back(
    meta: Meta, proposals: list[Action], buyer: User, client: Client, tmp_path: Path
) -> None:
    client.force_login(buyer)
    action = proposals[0]
    with worker("act", tmp_path, ON):
        time.sleep(3)  # the worker's start is no part of the promise
        approve(client, action)
        wait_until(lambda: status_of(action) == Status.EXECUTED, 10, "the approved action was not executed")
        client.post(reverse("action-undo", args=[action.public_id]))
        wait_until(lambda: status_of(action) == Status.REVERTED, 10, "the undo was not executed")
    written = [write["after"]["daily_budget"] for write in meta.writes(action.entity_id)]
    assert written == [action.value_final, action.value_before]
    assert not Failure.objects.exists()
    assert verify() == []


def test_a_stop_holds_in_a_running_worker_and_lifting_it_lets_the_change_through(
    meta: Meta, proposals: list[Action], buyer: User, admin: User, client: Client, tmp_path: Path
) -> None:
    client.force_login(buyer)
    action = proposals[0]
    with worker("act", tmp_path, ON):
        time.sleep(3)
        stop = set_stop(None, admin, timezone.now(), "a test")
        approve(client, action)
        time.sleep(6)
        assert meta.writes() == [], "no write begins while a stop is in force"
        assert status_of(action) == Status.APPROVED
        lift_stop(stop, admin, timezone.now(), "over")
        wait_until(lambda: swept(action) == Status.EXECUTED, 60, "lifting the stop did not free the action")


def test_a_switch_flipped_in_admin_reaches_a_running_worker(
    meta: Meta, proposals: list[Action], buyer: User, admin: User, client: Client, tmp_path: Path
) -> None:
    client.force_login(buyer)
    first, second = proposals[0], next(a for a in proposals if a.entity_id != proposals[0].entity_id)
    with worker("act", tmp_path, ON):
        time.sleep(3)
        approve(client, first)
        wait_until(lambda: status_of(first) == Status.EXECUTED, 10, "the executor is on and did nothing")
        set_switch(EXECUTOR, False, admin, timezone.now())
        approve(client, second)
        time.sleep(6)
        assert meta.writes(second.entity_id) == []
        assert status_of(second) == Status.APPROVED
