"""A rule whose changes keep failing on one entity stops by itself, and its owner is told."""

from datetime import timedelta

import pytest

from metaads.models import AdSet
from notifications.models import Notification
from optimization.models import Action, LedgerEvent, Rule, Status
from optimization.rules.breaker import note_failed_action, note_failure
from optimization.rules.services import set_active
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, make_rule, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000)
    return made


@pytest.fixture
def rule(ad_set: AdSet) -> Rule:
    made = make_rule(ad_set.account, leaf("spend_7d", ">", 50))
    Rule.objects.update(activated_at=NOW - 100 * HOUR)
    return Rule.objects.get(pk=made.pk)


def fail(rule: Rule, ad_set: AdSet, hours_ago: float = 0) -> bool:
    """One more change that failed; whether that stopped the rule."""
    at = NOW - hours_ago * HOUR
    failed: Action = budget_action(
        ad_set, rule_version=version_of(rule), status=Status.FAILED, finished_at=at, outcome_note="Meta refused."
    )
    return note_failed_action(Action.objects.get(pk=failed.pk), NOW)


def test_the_fifth_failure_in_a_day_on_one_entity_stops_the_rule(rule: Rule, ad_set: AdSet) -> None:
    assert [fail(rule, ad_set, hours) for hours in (20, 15, 10, 5)] == [False] * 4
    assert fail(rule, ad_set)
    rule.refresh_from_db()
    assert not rule.active
    assert rule.disabled_reason == f"Its changes of {ad_set.name} failed 5 times in 24 h. Last: Meta refused."
    event = LedgerEvent.objects.filter(kind="rule_changed").latest("id")
    assert (event.payload["change"], event.payload["failed_actions"]) == ("switched_off", 5)
    assert Notification.objects.filter(title=f"Rule switched off: {rule.name}").count() == 1
    assert not fail(rule, ad_set), "it is off already: nobody is told twice"


def test_failures_of_older_days_or_of_other_entities_do_not_add_up(rule: Rule, ad_set: AdSet) -> None:
    other: AdSet = AdSetFactory.create(campaign=ad_set.campaign, account=ad_set.account, daily_budget=10_000)
    assert not any(fail(rule, ad_set, hours) for hours in (30, 29, 28, 1))
    assert not any(fail(rule, other, hours) for hours in (3, 2, 1, 0))
    rule.refresh_from_db()
    assert rule.active


def test_switched_on_again_the_count_begins_anew(rule: Rule, ad_set: AdSet) -> None:
    for hours in (5, 4, 3, 2, 1):
        fail(rule, ad_set, hours)
    set_active(rule, True, None, NOW - timedelta(minutes=30))
    assert not fail(rule, ad_set)
    rule.refresh_from_db()
    assert rule.active


@pytest.mark.parametrize(("erred", "of", "stops"), [(10, 20, True), (9, 20, False), (19, 19, False), (0, 0, False)])
def test_one_evaluation_stops_it_only_where_it_errs_on_half_of_twenty(
    rule: Rule, erred: int, of: int, stops: bool
) -> None:
    assert note_failure(rule, "It broke.", erred, of, NOW) is stops
    rule.refresh_from_db()
    assert rule.active is not stops
    assert rule.consecutive_failures == (0 if stops else 1)
