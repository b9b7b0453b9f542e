"""What was saved and gained altogether."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from metaads.models import AdSet
from optimization.models import Action, Effect, Horizon, Outcome, Status
from optimization.outcomes.sums import Sums, action_stats, by, by_month, by_rule, of_month, of_rule, summed, told_of
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, make_rule, pause_action

pytestmark = pytest.mark.django_db
HOURS = {Horizon.DAY: 24, Horizon.TWO_DAYS: 48, Horizon.THREE_DAYS: 72}


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def outcome(action: Action, horizon: Horizon, effect: int | None, verdict: Effect) -> None:
    due = NOW + timedelta(hours=HOURS[horizon])
    Outcome.objects.create(
        action=action, horizon=horizon, due_at=due, measured_at=due, verdict=verdict, effect=effect, low=0, high=0
    )


def done(action: Action, *told: tuple[Horizon, int | None, Effect]) -> Action:
    Action.objects.filter(pk=action.pk).update(status=Status.EXECUTED, executed_at=NOW)
    for one in told:
        outcome(action, *one)
    return action


def test_the_longest_horizon_of_an_action_counts_alone(ad_set: AdSet) -> None:
    done(pause_action(ad_set), (Horizon.DAY, 500, Effect.BETTER), (Horizon.THREE_DAYS, 900, Effect.BETTER))
    assert summed(told_of(Action.objects.all())) == {"EUR": Sums("EUR", saved=900, sure=1)}


def test_a_horizon_that_could_not_be_measured_leaves_the_one_before(ad_set: AdSet) -> None:
    done(pause_action(ad_set), (Horizon.DAY, 500, Effect.BETTER), (Horizon.TWO_DAYS, None, Effect.UNKNOWN))
    assert summed(told_of(Action.objects.all()))["EUR"].saved == 500


def test_pauses_save_and_growth_gains_and_what_cannot_be_told_stands_apart(ad_set: AdSet) -> None:
    done(pause_action(ad_set), (Horizon.DAY, 500, Effect.BETTER))
    done(pause_action(AdSetFactory.create(campaign=ad_set.campaign)), (Horizon.DAY, -200, Effect.WORSE))
    done(budget_action(AdSetFactory.create(campaign=ad_set.campaign), wanted=12_000, kind="increase_budget"),
         (Horizon.DAY, 300, Effect.BETTER))  # fmt: skip
    done(pause_action(AdSetFactory.create(campaign=ad_set.campaign)), (Horizon.DAY, 70, Effect.CANNOT_TELL))
    sums = summed(told_of(Action.objects.all()))["EUR"]
    assert (sums.saved, sums.gained, sums.lost, sums.cannot_tell) == (300, 300, -200, 70)
    assert (sums.total, sums.sure, sums.unsure, sums.measured) == (600, 3, 1, 4)


def test_a_cut_that_a_person_made_a_raise_gains_and_a_raise_made_a_cut_saves(ad_set: AdSet) -> None:
    turned = {"kind": "decrease_budget", "modified_from": {"value_final": 5_000}, "amount_pct": 100}
    done(budget_action(ad_set, 20_000, **turned), (Horizon.DAY, 300, Effect.BETTER))
    cut = {"kind": "increase_budget", "modified_from": {"value_final": 12_000}, "amount_pct": -20}
    done(budget_action(AdSetFactory.create(campaign=ad_set.campaign), 8_000, **cut), (Horizon.DAY, 50, Effect.BETTER))
    sums = summed(told_of(Action.objects.all()))["EUR"]
    assert (sums.saved, sums.gained) == (50, 300)


def test_currencies_are_never_added(ad_set: AdSet) -> None:
    done(pause_action(ad_set), (Horizon.DAY, 500, Effect.BETTER))
    other = done(pause_action(AdSetFactory.create()), (Horizon.DAY, 900, Effect.BETTER))
    Action.objects.filter(pk=other.pk).update(currency="JPY")
    assert {currency: one.saved for currency, one in summed(told_of(Action.objects.all())).items()} == {
        "EUR": 500,
        "JPY": 900,
    }


def test_months_and_rules_have_their_own_sums(ad_set: AdSet) -> None:
    rule = make_rule(ad_set.account, {"field": "spend_7d", "operator": ">", "value": 1})
    done(pause_action(ad_set, rule_version=rule.current), (Horizon.DAY, 500, Effect.BETTER))
    mine = [ad_set.account_id]
    assert of_rule(rule, mine)["EUR"].saved == by_rule(mine)[rule.pk]["EUR"].saved == 500
    assert of_rule(rule, []) == {}
    assert by(told_of(Action.objects.all()), by_month)["2026-11"]["EUR"].saved == 500
    assert of_month(mine, NOW + timedelta(days=30), ZoneInfo("UTC")) == {}
    assert of_month(mine, NOW, ZoneInfo("UTC"))["EUR"].saved == 500


def test_stats_count_what_was_proposed_executed_and_saved(ad_set: AdSet) -> None:
    done(pause_action(ad_set), (Horizon.DAY, 500, Effect.BETTER))
    pause_action(AdSetFactory.create(campaign=ad_set.campaign))
    stats = action_stats([ad_set.account_id], NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (stats.triggered, stats.executed, stats.savings["EUR"].saved) == (2, 1, 500)
    later = action_stats([ad_set.account_id], NOW + timedelta(days=1), NOW + timedelta(days=2))
    assert (later.triggered, later.executed, later.savings) == (0, 0, {})
