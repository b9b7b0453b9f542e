"""What pages ask: visibility, the order of the queue, the effect of a bulk decision, what a worker may look at."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from metaads.models import AdSet, Role
from optimization.models import Action, EmergencyStop, Status
from optimization.queue.effect import effect_of
from optimization.queue.selectors import actions_for, claimable, ranked, unwatched_in_flight, waiting
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db


def ad_set(**account: Any) -> AdSet:
    made: AdSet = AdSetFactory.create(**{f"campaign__account__{name}": value for name, value in account.items()})
    return made


def test_a_member_sees_the_actions_of_the_account_and_of_no_other() -> None:
    mine = budget_action(ad_set())
    other = budget_action(ad_set())
    viewer = MembershipFactory.create(account=mine.account, role=Role.VIEWER).user
    assert list(actions_for(viewer)) == [mine]
    assert list(actions_for(UserFactory.create())) == []
    assert list(actions_for(AnonymousUser())) == []
    assert set(actions_for(UserFactory.create(is_superuser=True))) == {mine, other}


def test_the_queue_is_ranked_by_money_times_confidence() -> None:
    small, large, sure = (
        budget_action(ad_set(), at_stake=stake, confidence=confidence)
        for stake, confidence in [(1_000, None), (9_000, 0.3), (4_000, 0.9)]
    )
    unknown = pause_action(ad_set(), at_stake=None)
    assert list(ranked(Action.objects.all())) == [sure, large, small, unknown]


def test_yen_and_euros_are_ranked_by_what_they_are_worth() -> None:
    euros = budget_action(ad_set(), at_stake=5_000)
    yen = budget_action(ad_set(currency="JPY"), at_stake=6_000)
    assert list(ranked(Action.objects.all())) == [euros, yen]


def test_only_open_proposals_wait() -> None:
    one = ad_set()
    open_ones = [budget_action(one), pause_action(one, status=Status.SUGGESTED)]
    budget_action(one, status=Status.EXECUTED)
    assert set(waiting(Action.objects.all())) == set(open_ones)


RESUME = {"kind": "activate", "value_before": "PAUSED", "value_final": "ACTIVE"}


def nows(actions: Iterable[Action]) -> dict[int, datetime]:
    return {action.account_id: NOW for action in actions}


def test_a_resumption_counts_the_budget_it_brings_and_a_lifetime_raise_the_days_left() -> None:
    one = ad_set()
    AdSet.objects.update(daily_budget=None, lifetime_budget=10_000, stop_time=NOW + timedelta(days=10))
    life: dict[str, Any] = {"field": "lifetime_budget", "value_before": 10_000, "at_stake": 0}
    actions = [budget_action(one, 110_000, **life), pause_action(ad_set(), at_stake=0, entity_id="77", **RESUME)]
    (effect,) = effect_of(actions, nows(actions))
    parts = {name: (part.change, part.unknown) for name, part in effect.parts.items()}
    assert parts == {"raises": (10_000, 0), "resumptions": (0, 1)}


def test_the_effect_of_a_bulk_decision_is_summed_per_currency() -> None:
    euro, yen = ad_set(), ad_set(currency="JPY")
    lifetime: dict[str, Any] = {
        "field": "lifetime_budget",
        "value_before": 10_000,
        "value_final": 5_000,
        "at_stake": 350,
    }
    actions = [
        budget_action(euro, 8_000),
        pause_action(euro, at_stake=7_000),
        pause_action(ad_set(), at_stake=None),
        budget_action(ad_set(), **lifetime),
        pause_action(ad_set(), at_stake=0, **RESUME),
        budget_action(yen, 12_000),
    ]
    euros, yens = effect_of(actions, nows(actions))
    assert {name: (part.change, part.count, part.unknown) for name, part in euros.parts.items()} == {
        "cuts": (-2_350, 2, 0),
        "pauses": (-7_000, 2, 1),
        "resumptions": (10_000, 1, 0),
    }
    assert (euros.currency, euros.net, euros.unknown, euros.other) == ("EUR", -2_000 - 7_000 - 350 + 10_000, 1, 0)
    assert (yens.currency, yens.net, yens.parts["raises"].count) == ("JPY", 2_000, 1)
    assert effect_of([], {}) == []


def test_a_plan_counts_each_of_its_budgets_and_a_bid_moves_none() -> None:
    one = ad_set()
    before = {"adset:1:daily_budget": 100, "adset:2:daily_budget": 100, "ad:3:status": "ACTIVE"}
    final = {"adset:1:daily_budget": 150, "adset:2:daily_budget": 60, "ad:3:status": "PAUSED"}
    plan = budget_action(one, field="steps", value_before=before, value_final=final)
    bid = budget_action(
        one, kind="set_budget", field="bid", value_before={}, value_final={"bid_strategy": "COST_CAP", "bid_amount": 5}
    )
    (effect,) = effect_of([plan, bid], nows([plan, bid]))
    assert {name: part.change for name, part in effect.parts.items()} == {"raises": 50, "cuts": -40, "pauses": 0}
    assert (effect.net, effect.unknown, effect.other) == (10, 1, 1)


def test_what_is_expected_goes_before_what_is_at_stake() -> None:
    """400.00 in 7 days is 57.14 a day; an expected loss goes last, whatever is at stake."""
    plain = budget_action(ad_set(), at_stake=5_000)
    gain = budget_action(ad_set(), at_stake=10, expected={"figures": {"money": [0, 40_000, 90_000]}})
    loss = budget_action(ad_set(), at_stake=90_000, expected={"figures": {"money": [-9_000, -4_000, 1]}})
    untold = budget_action(ad_set(), at_stake=6_000, expected={"figures": {"money": [None, None, None]}})
    assert list(ranked(Action.objects.all())) == [untold, gain, plain, loss]


def test_a_worker_looks_at_what_is_approved_or_in_flight_the_oldest_decision_first() -> None:
    late, early = (
        budget_action(ad_set(), status=Status.APPROVED, decided_at=NOW + timedelta(minutes=minutes))
        for minutes in (9, 1)
    )
    for status in set(Status) - {Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN}:
        budget_action(ad_set(), status=status)
    assert list(claimable()) == [early, late]
    assert list(claimable(late.account)) == [late]


@pytest.mark.parametrize("everything", [False, True])
def test_a_stop_leaves_only_what_is_in_flight_to_be_settled(everything: bool) -> None:
    one, other = ad_set(), ad_set()
    budget_action(one, status=Status.APPROVED)
    flying = pause_action(one, status=Status.UNCERTAIN)
    elsewhere = budget_action(other, status=Status.APPROVED)
    EmergencyStop.objects.create(account=None if everything else one.account, set_at=NOW)
    assert set(claimable()) == ({flying} if everything else {flying, elsewhere})


@pytest.mark.parametrize("why", [{"active": False}, {"read_only": True}])
def test_in_an_account_that_is_not_watched_only_what_is_in_flight_is_settled(why: dict[str, bool]) -> None:
    off = ad_set(**why)
    budget_action(off, status=Status.APPROVED)
    budget_action(ad_set(**why), status=Status.APPROVED)
    flying = pause_action(off, status=Status.UNCERTAIN)
    elsewhere = budget_action(ad_set(), status=Status.EXECUTING)
    assert set(claimable()) == {flying, elsewhere}
    assert list(claimable(flying.account)) == [flying]
    assert list(unwatched_in_flight()) == [flying.account]
