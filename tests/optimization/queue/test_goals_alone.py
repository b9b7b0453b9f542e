"""The toggles of an account's goals: on, its losers are paused and its winners scaled without a person."""

from decimal import Decimal
from typing import Any

import pytest

from metaads.models import AdSet
from optimization.models import AccountLimits, Action, OrchestratorSettings, Source, Status
from optimization.orchestrator.settings import save_settings, shipped
from optimization.queue.acting_alone import act_alone
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, OLD, budget_action, pause_action, roomy
from tests.optimization.queue.test_acting_alone import trusted

pytestmark = pytest.mark.django_db
BY_GOAL: dict[str, Any] = {"source": Source.ORCHESTRATOR, "may_act_alone": True, "data_read_at": NOW}


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=1_000, created_time=OLD)
    trusted(made.account)
    roomy(made.account, made.meta_id)
    row = shipped(made.account)
    row.auto_scale_winners = row.auto_pause_losers = True
    row.max_daily_budget = row.max_daily_budget or Decimal(50)
    save_settings(row, None, NOW)
    return made


def said(action: Action) -> str:
    action.refresh_from_db()
    assert action.status == Status.PENDING
    return action.why_not_alone


def test_a_loser_is_paused_alone_without_a_confidence(ad_set: AdSet) -> None:
    action = pause_action(ad_set, **BY_GOAL)
    assert act_alone(ad_set.account, NOW).approved == (action.pk,), said(action)


def test_a_winner_is_scaled_alone_by_the_step_that_was_switched_on(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 1_200, confidence=0.95, **BY_GOAL)
    assert act_alone(ad_set.account, NOW).approved == (action.pk,), said(action)


def test_a_limit_that_somebody_entered_holds_the_step_back(ad_set: AdSet) -> None:
    AccountLimits.objects.update(max_auto_change_percent=15)
    action = budget_action(ad_set, 1_200, confidence=0.95, **BY_GOAL)
    assert act_alone(ad_set.account, NOW).approved == ()
    assert said(action) == "It changes by 20 %; alone at most 15 %."


@pytest.mark.parametrize("toggles", [{"auto_scale_winners": False, "auto_pause_losers": False}, None])
def test_a_toggle_that_was_off_then_or_is_off_now_leaves_it_to_a_person(
    ad_set: AdSet, toggles: dict[str, bool] | None
) -> None:
    by_goal = BY_GOAL
    if toggles:
        OrchestratorSettings.objects.update(**toggles)
    else:
        by_goal = {**BY_GOAL, "may_act_alone": False}
    pause = pause_action(ad_set, **by_goal)
    assert act_alone(ad_set.account, NOW).approved == ()
    assert "orchestrator settings" in said(pause)


def test_suggest_mode_silences_the_toggles(ad_set: AdSet) -> None:
    AccountLimits.objects.update(mode="suggest")
    action = pause_action(ad_set, **BY_GOAL)
    assert act_alone(ad_set.account, NOW).approved == ()
    assert said(action) == "The account is in suggest mode: everything waits for a person."
