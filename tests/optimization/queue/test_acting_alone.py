"""Acting alone: what the policy approves in an account, what it leaves to people and why, and how often an hour."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intelligence.models import QualityState
from metaads.models import AdAccount, AdSet, SwitchState
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import events_of, verify
from optimization.models import AccountLimits, Action, EntityLock, Rule, Source, Status
from optimization.queue import services
from optimization.queue.acting_alone import act_alone, approved_alone
from optimization.rules.services import set_active
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.factories.optimization import NOW, OLD, budget_action, make_rule, pause_action, roomy, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


def trusted(account: AdAccount, **limits: Any) -> AdAccount:
    """An account in auto mode, connected long ago, with checked data."""
    AdAccount.objects.filter(pk=account.pk).update(connected_at=OLD)
    AccountLimits.objects.create(account=account, mode="auto", **limits)
    QualityState.objects.create(account=account, checked_at=NOW)
    account.refresh_from_db()
    return account


def automatic(account: AdAccount, **document: Any) -> Rule:
    return make_rule(account, leaf("spend_7d", ">", 1), mode="automatic", **document)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000)
    trusted(made.account)
    return made


@pytest.fixture
def rule(ad_set: AdSet) -> Rule:
    return automatic(ad_set.account)


def wish(ad_set: AdSet, rule: Rule, wanted: int = 9_000, **columns: Any) -> Action:
    """What an automatic rule wants and is sure of."""
    values: dict[str, Any] = {
        "rule_version": version_of(rule),
        "may_act_alone": True,
        "confidence": 0.95,
        "data_read_at": NOW - timedelta(minutes=5),
    }
    return budget_action(ad_set, wanted, **{**values, **columns})


def test_it_approves_in_nobodys_name_and_wakes_the_executor(ad_set: AdSet, rule: Rule) -> None:
    action = wish(ad_set, rule)
    looked = act_alone(ad_set.account, NOW)
    action.refresh_from_db()
    assert looked.approved == (action.pk,)
    assert (action.status, action.alone, action.decided_by, action.decided_at) == (Status.APPROVED, True, None, NOW)
    assert action.why_not_alone == ""
    event = events_of(action).get()
    assert (event.kind, event.actor, event.user_id) == ("optimization_approved", "policy", None)
    assert action.decision_note == "Every condition for acting alone held."
    assert verify() == []


def _switch_off(account: AdAccount) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)


def _suggest(account: AdAccount) -> None:
    AccountLimits.objects.filter(account=account).update(mode="suggest")


def _new(account: AdAccount) -> None:
    AdAccount.objects.filter(pk=account.pk).update(connected_at=NOW - timedelta(days=3))
    account.refresh_from_db()


def _doubt(account: AdAccount) -> None:
    QualityState.objects.filter(account=account).update(doubtful_since=NOW, reasons=[{"sentence": "Spend vanished."}])


def _unchecked(account: AdAccount) -> None:
    QualityState.objects.filter(account=account).delete()


def _four_eyes(account: AdAccount) -> None:
    AccountLimits.objects.filter(account=account).update(four_eyes_above=Decimal("9.99"))


def _rule_off(account: AdAccount) -> None:
    set_active(Rule.objects.get(), False, None, NOW)


def _suspended(account: AdAccount) -> None:
    rule = Rule.objects.get()
    rule.accounts.add(AdAccountFactory.create())
    lift_stop(set_stop(account, None, NOW, ""), None, NOW, "found it")


def _lock(account: AdAccount) -> None:
    row = AdSet.objects.get(account=account)
    about = {"level": "campaign", "entity_id": row.campaign.meta_id, "entity_name": "Spring"}
    EntityLock.objects.create(account=account, locked_at=NOW, **about)


def _no_hour(account: AdAccount) -> None:
    AccountLimits.objects.filter(account=account).update(max_auto_actions_per_hour=0)


def _drifted(account: AdAccount) -> None:
    AdSet.objects.update(daily_budget=10_001)


def _cooldown(account: AdAccount) -> None:
    row = AdSet.objects.get(account=account)
    budget_action(row, 10_000, kind="set_budget", status=Status.EXECUTED, executed_at=NOW - timedelta(hours=1))


ACCOUNT_WIDE: dict[Callable[[AdAccount], None], str] = {
    _switch_off: "ENABLE_ACTION_EXECUTOR was turned off in admin",
    _suggest: "suggest mode",
    _new: "27 more days",
    _doubt: "vanished",
    _unchecked: "never checked",
    _four_eyes: "Two people must approve",
    _rule_off: "Its rule is switched off",
    _suspended: "An emergency stop turned its rule off in this account",
    _lock: "Spring is locked against automation until it is released",
    _no_hour: "0 of 0 actions alone an hour",
    _drifted: "changed meanwhile: the proposal saw 100.00 EUR a day, now it is 100.01 EUR a day.",
    _cooldown: "ago",
}


@pytest.mark.parametrize("change", ACCOUNT_WIDE, ids=lambda change: change.__name__)
def test_one_thing_in_the_way_and_a_person_decides(
    ad_set: AdSet, rule: Rule, change: Callable[[AdAccount], None]
) -> None:
    action = wish(ad_set, rule, 11_000)
    change(ad_set.account)
    assert act_alone(ad_set.account, NOW).approved == ()
    action.refresh_from_db()
    assert (action.status, action.alone) == (Status.PENDING, False)
    assert ACCOUNT_WIDE[change] in action.why_not_alone


def test_an_emergency_stop_wins(ad_set: AdSet, rule: Rule) -> None:
    action = wish(ad_set, rule)
    set_stop(ad_set.account, None, NOW, "too much")
    act_alone(ad_set.account, NOW)
    action.refresh_from_db()
    assert action.status == Status.PENDING
    assert "An emergency stop of this account is in force" in action.why_not_alone


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"confidence": 0.8}, "Its confidence is 0.80"),
        ({"confidence": None}, "Its confidence is unknown"),
        ({"wanted": 8_900}, "It changes by 11 %"),
        ({"may_act_alone": False}, "rolled out to a share"),
        ({"stale_reason": "its condition no longer held."}, "It is stale"),
        ({"data_read_at": NOW - timedelta(hours=4)}, "older than 3 h"),
        ({"expires_at": NOW}, "It has expired"),
        ({"decided_at": NOW - timedelta(hours=30)}, "came back"),
    ],
)
def test_each_proposal_says_what_is_its_own_hindrance(
    ad_set: AdSet, rule: Rule, columns: dict[str, Any], why: str
) -> None:
    action = wish(ad_set, rule, **columns)
    assert act_alone(ad_set.account, NOW).waiting == 1
    action.refresh_from_db()
    assert (action.status, why in action.why_not_alone) == (Status.PENDING, True), action.why_not_alone


def test_a_pause_of_any_stake_goes_alone(ad_set: AdSet, rule: Rule) -> None:
    action = pause_action(ad_set, rule_version=version_of(rule), may_act_alone=True, confidence=1.0, data_read_at=NOW)
    assert act_alone(ad_set.account, NOW).approved == (action.pk,)


def test_what_rules_that_ask_and_people_want_is_none_of_its_business(ad_set: AdSet) -> None:
    asks = make_rule(ad_set.account, leaf("spend_7d", ">", 1))
    by_rule = wish(ad_set, asks, may_act_alone=False)
    by_person = wish(ad_set, asks, kind="set_budget", source=Source.PERSON, rule_version=None)
    act_alone(ad_set.account, NOW)
    for action in (by_rule, by_person):
        action.refresh_from_db()
        assert (action.status, action.why_not_alone) == (Status.PENDING, "")


def test_the_optimiser_waits_in_suggest_mode_and_acts_in_auto_mode(ad_set: AdSet, settings: Any) -> None:
    action = budget_action(
        ad_set,
        9_000,
        source=Source.OPTIMIZER,
        may_act_alone=True,
        confidence=0.95,
        data_read_at=NOW,
        metrics={"rails": {"spend": "500", "impressions": 20_000}},
    )
    AdSet.objects.update(created_time=OLD)
    type(ad_set.campaign).objects.update(created_time=OLD)
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": True}
    assert act_alone(ad_set.account, NOW).approved == ()
    action.refresh_from_db()
    assert "OPTIMIZER_MODE" in action.why_not_alone
    settings.OPTIMIZER_MODE = "auto"
    assert act_alone(ad_set.account, NOW).approved == (action.pk,)


def many(account: AdAccount, rule: Rule, count: int) -> list[Action]:
    campaign = AdSetFactory.create(account=account, campaign__account=account, daily_budget=10_000).campaign
    sets = AdSetFactory.create_batch(count, account=account, campaign=campaign, daily_budget=10_000)
    roomy(account, *[one.meta_id for one in sets])
    return [wish(row, rule, at_stake=1_000 + place) for place, row in enumerate(sets)]


def test_no_more_go_in_an_hour_than_may_and_the_largest_go_first(ad_set: AdSet, rule: Rule) -> None:
    AccountLimits.objects.update(max_auto_actions_per_hour=3)
    actions = many(ad_set.account, rule, 5)
    looked = act_alone(ad_set.account, NOW)
    assert looked.approved == tuple(action.pk for action in reversed(actions[2:]))
    actions[0].refresh_from_db()
    assert actions[0].why_not_alone == "3 of 3 actions alone an hour are used; a later look asks again."
    assert act_alone(ad_set.account, NOW + timedelta(minutes=59)).approved == ()
    later = act_alone(ad_set.account, NOW + timedelta(minutes=61))
    assert set(later.approved) == {actions[0].pk, actions[1].pk}


def test_all_accounts_together_have_an_hour_too(ad_set: AdSet, rule: Rule, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "MAX_AUTO_ACTIONS_PER_HOUR": 3}
    settings.LIMITS_SET_EXPLICITLY = {"MAX_AUTO_ACTIONS_PER_HOUR"}
    other = trusted(AdAccountFactory.create())
    many(ad_set.account, rule, 2)
    waiting = many(other, automatic(other), 2)
    assert len(act_alone(ad_set.account, NOW).approved) == 2
    assert len(act_alone(other, NOW).approved) == 1
    assert approved_alone(NOW, other, in_all=True).count() == 3
    reasons = {Action.objects.get(pk=action.pk).why_not_alone for action in waiting}
    assert "3 of 3 actions alone an hour are used by all accounts together; a later look asks again." in reasons


def test_what_came_back_from_a_stop_waits_for_a_person(ad_set: AdSet, rule: Rule, member: Member) -> None:
    action = wish(ad_set, rule)
    act_alone(ad_set.account, NOW)
    stop = set_stop(ad_set.account, None, NOW + timedelta(minutes=1), "look")
    action.refresh_from_db()
    assert (action.status, action.alone) == (Status.PENDING, False)
    type(stop).objects.update(lifted_at=NOW + timedelta(minutes=2))
    Rule.objects.update(active=True)
    act_alone(ad_set.account, NOW + timedelta(minutes=3))
    action.refresh_from_db()
    assert (action.status, action.why_not_alone) == (
        Status.PENDING,
        "It was approved before and came back, so a person decides.",
    )


def test_a_person_who_was_first_keeps_the_decision(ad_set: AdSet, rule: Rule, member: Member) -> None:
    action = wish(ad_set, rule)
    services.reject(action.pk, member(ad_set.account), NOW, "no")
    assert act_alone(ad_set.account, NOW).approved == ()
    action.refresh_from_db()
    assert action.status == Status.REJECTED


def test_the_reasons_of_many_cost_as_many_queries_as_those_of_one(ad_set: AdSet, rule: Rule) -> None:
    _suggest(ad_set.account)
    counts = []
    for more in (1, 40):
        many(ad_set.account, rule, more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            act_alone(ad_set.account, NOW)
        counts.append(len(queries))
    per_row = 0 if connection.vendor == "postgresql" else 1
    assert counts[1] - counts[0] <= 40 * per_row
