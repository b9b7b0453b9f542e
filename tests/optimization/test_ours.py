"""What Meta showed before we sent anything: not undone, not reserved, not measured."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdSet, JournalStep
from optimization.dispatch import run_action
from optimization.models import AccountLimits, Action, Effect, Horizon, LimitCounter, Outcome, Status
from optimization.ours import NOT_OURS, never_ours
from optimization.outcomes.effects import Measuring, effect_of
from optimization.queue import services
from optimization.queue.errors import Invalid
from optimization.queue.losses import look_at_losses
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action
from tests.optimization.conftest import NOW as META_NOW
from tests.optimization.conftest import Meta

pytestmark = pytest.mark.django_db
Propose = Callable[..., Action]
Member = Callable[..., User]


@pytest.fixture
def raised() -> Action:
    """A raise from 100.00 to 120.00, a day ago."""
    ad_set: AdSet = AdSetFactory.create(daily_budget=10_000)
    at = NOW - timedelta(hours=24)
    action = budget_action(ad_set, 12_000, status=Status.EXECUTED, executed_at=at, expires_at=None)
    AdSet.objects.update(daily_budget=12_000)
    return action


def journal(action: Action, step: int = 1, **columns: Any) -> None:
    about = {"account": action.account, "level": action.level, "entity_id": action.entity_id, "state": "done"}
    JournalStep.objects.create(key=f"{action.public_id}:{step}", **{**about, **columns})


@pytest.mark.parametrize(
    ("rows", "ours"),
    [
        ([], True),
        ([{}], False),
        ([{"sent": 1}], True),
        ([{"made_id": "7"}], True),
        ([{"state": "open"}], True),
        ([{}, {}], False),
        ([{}, {"sent": 2}], True),
    ],
    ids=str,
)
def test_the_journal_says_whose_it_was(raised: Action, rows: list[dict[str, Any]], ours: bool) -> None:
    raised.steps = [{}, {}] if len(rows) > 1 else []
    for number, columns in enumerate(rows, 1):
        journal(raised, number, **columns)
    assert never_ours([raised]) == (set() if ours else {raised.pk})
    raised.by_hand = True
    assert never_ours([raised]) == set()


def test_one_click_does_not_undo_it(raised: Action) -> None:
    journal(raised)
    with pytest.raises(Invalid, match="not our change"):
        services.undo(raised.pk, None, NOW)
    assert not raised.undos.exists()


def test_a_loss_after_it_is_not_answered(raised: Action) -> None:
    journal(raised)
    AccountLimits.objects.create(account=raised.account, auto_revert="undo", auto_revert_loss=Decimal(30), mode="auto")
    effect = {"verdict": "worse", "effect": -4_000, "low": -5_500, "high": -2_500}
    Outcome.objects.create(action=raised, horizon="24h", due_at=NOW, measured_at=NOW, **effect)
    assert look_at_losses(raised.account, NOW) == 0
    JournalStep.objects.update(sent=1)
    assert look_at_losses(raised.account, NOW) == 1


def test_its_outcome_is_not_measured(raised: Action) -> None:
    journal(raised)
    found = effect_of(raised, Horizon.DAY, Measuring(raised.account, NOW))
    assert found is not None
    assert (found.verdict, found.effect, found.note) == (Effect.UNKNOWN, None, NOT_OURS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ours", [True, False])
def test_it_uses_no_limit_up(meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member, ours: bool) -> None:
    action = propose_budget(ad_set, 1500)
    services.approve(action.pk, member(meta.account), META_NOW)
    if not ours:
        meta.edit(ad_set.meta_id, 1500)
    assert run_action(action.pk, META_NOW) is Status.EXECUTED
    action.refresh_from_db()
    assert bool(action.reserved) is ours
    assert any(LimitCounter.objects.values_list("used", flat=True)) is ours
