"""Automatic revert: off unless set, only beyond doubt and beyond the limit, once, and only proposed in suggest mode."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from metaads.models import AdSet
from notifications.models import Notification
from optimization.incident.stops import set_stop
from optimization.ledger import events_of
from optimization.models import AccountLimits, Action, Outcome, Source, Status
from optimization.queue import services
from optimization.queue.losses import look_at_losses
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def raised() -> Action:
    """A raise from 100.00 to 120.00 that lost 40.00 in its first day, between 25.00 and 55.00."""
    ad_set: AdSet = AdSetFactory.create(daily_budget=10_000)
    day = timedelta(hours=24)
    action = budget_action(ad_set, 12_000, status=Status.EXECUTED, executed_at=NOW - day, expires_at=None)
    AdSet.objects.update(daily_budget=12_000)
    effect = {"verdict": "worse", "effect": -4_000, "low": -5_500, "high": -2_500}
    Outcome.objects.create(action=action, horizon="24h", due_at=NOW, measured_at=NOW, **effect)
    return action


def limits(action: Action, revert: str = "undo", loss: str | None = "30", mode: str = "auto") -> None:
    amount = None if loss is None else Decimal(loss)
    AccountLimits.objects.create(account=action.account, auto_revert=revert, auto_revert_loss=amount, mode=mode)


def test_a_clear_loss_is_undone_and_told_where_the_account_wants_it(raised: Action) -> None:
    limits(raised)
    assert look_at_losses(raised.account, NOW) == 1
    undo = raised.undos.get()
    assert (undo.status, undo.value_final, undo.source) == (Status.APPROVED, 10_000, Source.UNDO)
    assert undo.reason.endswith("lost 40.00 EUR in 24 h, more than the limit of 30.00 EUR.")
    assert [event.actor for event in events_of(undo)] == ["system", "system"]
    assert Notification.objects.get(key=f"loss:{undo.public_id}").link == f"/actions/{undo.public_id}/"
    assert look_at_losses(raised.account, NOW) == 0


@pytest.mark.parametrize(("revert", "mode"), [("propose", "auto"), ("undo", "suggest")])
def test_it_is_only_proposed_where_the_account_says_so_or_nothing_may_act_alone(
    raised: Action, revert: str, mode: str
) -> None:
    limits(raised, revert, mode=mode)
    assert look_at_losses(raised.account, NOW) == 1
    undo = raised.undos.get()
    assert (undo.status, undo.expires_at) == (Status.PENDING, NOW + timedelta(hours=48))
    services.reject(undo.pk, None, NOW, "leave it")
    assert look_at_losses(raised.account, NOW) == 0


def test_a_person_may_undo_what_is_only_proposed(raised: Action) -> None:
    limits(raised, "propose")
    look_at_losses(raised.account, NOW)
    mine = services.undo(raised.pk, None, NOW)
    assert mine.status == Status.APPROVED
    assert set(raised.undos.values_list("status", flat=True)) == {Status.APPROVED, Status.SUPERSEDED}


@pytest.mark.parametrize(
    "odd",
    [
        {"verdict": "cannot_tell"},
        {"high": 100},
        {"effect": -2_900},
        {"horizon": "48h"},
        {"measured_at": None},
        {"measured_at": NOW - timedelta(days=3)},
    ],
    ids=str,
)
def test_what_is_not_a_clear_loss_of_the_first_day_beyond_the_limit_stays(raised: Action, odd: dict[str, Any]) -> None:
    limits(raised)
    Outcome.objects.update(**odd)
    assert look_at_losses(raised.account, NOW) == 0


@pytest.mark.parametrize("off", [("off", "30"), ("undo", None)])
def test_it_is_off_without_being_set_and_without_a_limit(raised: Action, off: tuple[str, str | None]) -> None:
    assert look_at_losses(raised.account, NOW) == 0
    limits(raised, *off)
    assert look_at_losses(raised.account, NOW) == 0


def test_during_a_stop_and_with_the_executor_off_it_waits(raised: Action, settings: Settings) -> None:
    limits(raised)
    switches = settings.SWITCHES
    settings.SWITCHES = {**switches, "ENABLE_ACTION_EXECUTOR": False}
    assert look_at_losses(raised.account, NOW) == 0
    settings.SWITCHES = switches
    set_stop(raised.account, None, NOW, "")
    assert look_at_losses(raised.account, NOW) == 0


def test_what_was_changed_since_is_left(raised: Action) -> None:
    limits(raised)
    AdSet.objects.update(daily_budget=15_000)
    assert look_at_losses(raised.account, NOW) == 0


@pytest.mark.parametrize("source", [Source.UNDO, Source.INCIDENT])
def test_what_took_something_back_is_not_taken_back_by_itself(raised: Action, source: Source) -> None:
    """Else a change and its undo would follow each other day by day, each after a loss of its own."""
    limits(raised)
    Action.objects.filter(pk=raised.pk).update(source=source)
    assert look_at_losses(raised.account, NOW) == 0
    assert not raised.undos.exists()
