"""A rule that only suggests collects a record: how its suggestions would have done by what happened after."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet, Campaign
from optimization.models import Action, HoldoutDraw, Rule, Status
from optimization.rules.effects import effect_of
from optimization.rules.shadow import is_shadow, record_of
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory
from tests.factories.optimization import budget_action, make_rule, pause_action, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 14, tzinfo=UTC)


def sales(spend: float, won: float) -> dict[str, float]:
    return {"spend": spend, "impressions": 100, "actions.omni_purchase": won, "action_values.omni_purchase": 0}


@pytest.fixture
def account(db: None) -> AdAccount:
    """In UTC. For four days one ad set spends 20 a day for nothing, another 20 a day for ten sales."""
    made: AdAccount = AdAccountFactory.create(timezone_name="UTC")
    campaign: Campaign = CampaignFactory.create(account=made, meta_id="11")
    for meta_id in ("21", "22"):
        AdSetFactory.create(campaign=campaign, account=made, meta_id=meta_id, daily_budget=2000)
    for ago in range(4):
        day = FIRST + timedelta(days=ago)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=2)
        reading(made, "adset", day, at, {"21": sales(20, 0), "22": sales(20, 10)})
        reading(made, "campaign", day, at, {"11": sales(40, 10)})
    return made


@pytest.fixture
def rule(account: AdAccount) -> Rule:
    return make_rule(account, leaf("spend_7d", ">", 50), mode="suggestion_only")


def suggest(rule: Rule, meta_id: str, at: datetime = NOON, **columns: Any) -> Action:
    make = budget_action if "wanted" in columns else pause_action
    given = {"rule_version": version_of(rule), "status": Status.SUGGESTED, "proposed_at": at, **columns}
    return make(AdSet.objects.get(meta_id=meta_id), **given)


def test_a_pause_of_what_wins_nothing_was_right_and_one_of_what_sells_was_not(account: AdAccount, rule: Rule) -> None:
    suggest(rule, "21")
    suggest(rule, "22")
    (record,) = record_of(rule, datetime(2026, 11, 16, tzinfo=UTC))
    assert (record.right, record.wrong, record.open) == (1, 1, 0)
    assert [one.after.spend_cut for one in record.suggestions] == [70.0, 70.0]
    assert record.total.conversions_lost == 35.0
    assert record.usual_cost == 4.0


def test_a_raise_of_what_sells_cheaply_was_right(account: AdAccount, rule: Rule) -> None:
    suggest(rule, "22", wanted=3000)
    suggest(rule, "21", wanted=3000)
    (record,) = record_of(rule, datetime(2026, 11, 16, tzinfo=UTC))
    assert [one.right for one in record.suggestions] == [True, False]
    assert record.suggestions[0].after.estimate


def test_the_same_pause_suggested_twice_is_not_counted_twice(account: AdAccount, rule: Rule) -> None:
    suggest(rule, "21", status=Status.EXPIRED)
    suggest(rule, "21", NOON + timedelta(days=2))
    (record,) = record_of(rule, datetime(2026, 11, 16, tzinfo=UTC))
    assert record.total.spend_cut == 70.0
    assert [one.right for one in record.suggestions] == [True]


def test_what_is_young_or_happened_or_of_another_mode_is_not_judged(account: AdAccount, rule: Rule) -> None:
    young = suggest(rule, "21", NOW - timedelta(hours=2))
    suggest(rule, "22", status=Status.EXECUTED, executed_at=NOON)
    acting = make_rule(account, leaf("spend_7d", ">", 50), name="Acts")
    suggest(acting, "22")
    (record,) = record_of(rule, NOW)
    assert [(one.action, one.right) for one in record.suggestions] == [(young, None)]
    assert record_of(acting, NOW) == []
    assert (is_shadow(rule), is_shadow(acting)) == (True, False)


def test_only_accounts_that_somebody_may_see_are_shown(account: AdAccount, rule: Rule) -> None:
    suggest(rule, "21")
    assert record_of(rule, NOW, []) == []
    assert [record.account for record in record_of(rule, NOW, [account])] == [account]


def test_what_was_held_out_is_counted(account: AdAccount, rule: Rule) -> None:
    assert effect_of(rule).holdout == ""
    for n in range(4):
        HoldoutDraw.objects.create(
            rule_version=version_of(rule), account=account, level="adset", entity_id=str(n),
            since=NOON, until=NOW, held=n == 0, propensity=0.1,
        )  # fmt: skip
    assert effect_of(rule).holdout == "1 of 4 episodes were held out, to measure its effect"
