"""Meta's own rules in our words: exactly, or with every part that stands in the way."""

from typing import Any

import pytest

from metaads.models import AdAccount
from metaads.sync.native_rules import sync_native_rules
from metaads.sync.structure import sync_structure
from optimization.rules.native import plan_of, plans_of
from tests.factories.metaads import NOW, AdAccountFactory, AdSetFactory, CampaignFactory
from tests.optimization.conftest import Meta
from tests.optimization.rules.native.build import AD_SETS, SPENT, WEEK, about, native

pytestmark = pytest.mark.django_db
MOMENT = {"schedule_type": "CUSTOM", "schedule": [{"start_minute": 510, "end_minute": 510, "days": [1, 5]}]}
PERCENT = {"amount": 20, "unit": "PERCENTAGE", "target_field": "daily_budget"}


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create(currency="EUR")
    return made


def said(account: AdAccount, *filters: dict[str, Any], **more: Any) -> dict[str, Any]:
    plan = plan_of(native(account, *filters, **more))
    assert plan.problems == ()
    assert plan.document is not None
    return plan.document


def problems(account: AdAccount, *filters: dict[str, Any], **more: Any) -> str:
    plan = plan_of(native(account, *filters, **more))
    assert plan.document is None
    assert plan.problems
    return " ".join(plan.problems)


def leaves(document: dict[str, Any]) -> list[Any]:
    return [tuple(one.values()) for one in document["conditions"]["all"]]


def test_a_daily_stop_loss_becomes_the_same_rule(account: AdAccount) -> None:
    plan = plan_of(native(account))
    assert plan.document == {
        "default_window": "7d",
        "filters": {"status": ["ACTIVE", "PENDING_REVIEW"]},
        "conditions": {"all": [{"field": "spend", "operator": ">", "value": 50}]},
        "actions": [{"kind": "pause"}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "00:00"},
    }
    assert (plan.level, plan.category) == ("adset", "loss_prevention")
    assert "over 50.00 EUR" in plan.says


def test_minor_units_are_those_of_the_currency() -> None:
    yen = AdAccountFactory.create(currency="JPY")
    assert leaves(said(yen)) == [("spend", ">", 5000)]
    dinar = AdAccountFactory.create(currency="BHD")
    assert leaves(said(dinar)) == [("spend", ">", 50)]


@pytest.mark.parametrize(
    ("preset", "window"),
    [("TODAY", "today"), ("LAST_7D", "7d"), ("LAST_7_DAYS", "7d_incl_today"), ("LAST_2_DAYS", "2d_incl_today"),
     ("LIFETIME", "lifetime"), ("YESTERDAY", "yesterday")],
)  # fmt: skip
def test_each_time_has_its_window(preset: str, window: str, account: AdAccount) -> None:
    assert said(account, AD_SETS, about("time_preset", "EQUAL", preset), SPENT)["default_window"] == window


@pytest.mark.parametrize(
    ("given", "leaf"),
    [
        (about("impressions", "LESS_THAN", "100"), ("impressions", "<", 100)),
        (about("ctr", "LESS_THAN", 0.4), ("ctr", "<", 0.4)),
        (about("cpm", "IN_RANGE", [500, 1050]), ("cpm", "between", [5, 10.5])),
        (about("link_click", "EQUAL", 0), ("actions.link_click", "=", 0)),
        (about("cost_per_purchase_fb", "GREATER_THAN", 2500),
         ("cost_per.offsite_conversion.fb_pixel_purchase", ">", 25)),
        (about("offsite_conversion.fb_pixel_lead", "GREATER_THAN", 3),
         ("actions.offsite_conversion.fb_pixel_lead", ">", 3)),
        (about("daily_budget", "LESS_THAN", 2000), ("daily_budget", "<", 20)),
        (about("hours_since_creation", "GREATER_THAN", 72), ("hours_since_created", ">", 72)),
        (about("campaign.name", "EQUAL", "Shoes"), ("parent_name", "in", ["Shoes"])),
        (about("campaign.id", "IN", ["5"]), ("campaign_id", "in", ["5"])),
        (about("name", "CONTAIN", "Test"), ("name", "contains", "Test")),
        (about("campaign.objective", "NOT_IN", ["OUTCOME_SALES"]), ("objective", "not_in", ["OUTCOME_SALES"])),
    ],
)  # fmt: skip
def test_each_filter_has_its_condition(given: dict[str, Any], leaf: tuple[Any, ...], account: AdAccount) -> None:
    assert leaves(said(account, AD_SETS, WEEK, given)) == [leaf]


def test_a_return_on_spend_becomes_a_metric_of_its_own(account: AdAccount) -> None:
    document = said(account, AD_SETS, WEEK, about("website_purchase_roas", "GREATER_THAN", 3))
    assert document["metrics"] == {
        "website_purchase_roas": "action_values.offsite_conversion.fb_pixel_purchase / spend"
    }


def test_several_names_are_alternatives_and_a_negation_stays_one(account: AdAccount) -> None:
    document = said(account, AD_SETS, WEEK, about("name", "NOT_CONTAIN", ["Test", "Old"]))
    inner = [{"field": "name", "operator": "contains", "value": text} for text in ("Test", "Old")]
    assert document["conditions"] == {"all": [{"not": {"any": inner}}]}


def test_a_change_of_budget_keeps_size_limit_and_pause(account: AdAccount) -> None:
    change = {**PERCENT, "limit": 12_500}
    document = said(account, does="CHANGE_BUDGET", options={"change_spec": change, "action_frequency": 1440})
    assert document["actions"] == [{"kind": "increase_budget", "parameters": {"percent": 20, "upper": 125}}]
    assert document["safety"] == {"cooldown_hours": 24}
    assert leaves(document)[-1] == ("daily_budget", ">", 0)
    less = {"amount": -500, "unit": "ACCOUNT_CURRENCY", "limit": 1000}
    document = said(account, does="CHANGE_BUDGET", options={"change_spec": less})
    assert document["actions"] == [{"kind": "decrease_budget", "parameters": {"amount": 5, "lower": 10}}]


def test_a_change_of_bids_keeps_to_ad_sets_that_have_an_amount(account: AdAccount) -> None:
    change = {"amount": -10, "unit": "PERCENTAGE", "limit": 500, "target_field": "bid_amount"}
    document = said(account, does="CHANGE_BID", options={"change_spec": change, "action_frequency": 1440})
    assert document["actions"] == [{"kind": "adjust_bid", "parameters": {"percent": -10, "lower": 5}}]
    capped = {"field": "bid_strategy", "operator": "in", "value": ["COST_CAP", "LOWEST_COST_WITH_BID_CAP"]}
    assert capped in document["conditions"]["all"]
    assert document["mode"] == "approval_required"


def test_starting_again_means_what_still_exists(account: AdAccount) -> None:
    document = said(account, does="UNPAUSE")
    assert "filters" not in document
    assert leaves(document)[-1] == ("effective_status", "not_in", ["DELETED", "ARCHIVED"])
    told = said(account, AD_SETS, WEEK, SPENT, about("effective_status", "IN", ["PAUSED"]), does="UNPAUSE")
    assert leaves(told)[-1] == ("effective_status", "in", ["PAUSED"])


def test_a_notice_says_who_is_told_and_acts_alone(account: AdAccount) -> None:
    plan = plan_of(native(account, does="NOTIFICATION", options={"user_ids": ["7"]}))
    assert plan.document is not None
    assert plan.document["mode"] == "automatic"
    assert any("everybody who follows" in note for note in plan.notes)


def test_schedules_are_kept_or_the_difference_is_said(account: AdAccount) -> None:
    assert said(account, schedule="HOURLY")["schedule"] == {"every": "hourly"}
    moment = said(account, schedule=MOMENT)["schedule"]
    assert moment == {"every": "daily", "at": "08:30", "weekdays": ["mon", "fri"]}
    plan = plan_of(native(account, schedule="SEMI_HOURLY"))
    assert plan.document is not None
    assert any("every 15 minutes" in note for note in plan.notes)


def test_objects_named_by_id_are_found_by_a_tag_campaigns_by_their_id(account: AdAccount) -> None:
    campaign = CampaignFactory.create(account=account, meta_id="5")
    AdSetFactory.create(campaign=campaign, meta_id="6")
    plan = plan_of(native(account, about("id", "IN", ["6"]), WEEK, SPENT))
    assert (plan.level, plan.tagged) == ("adset", ("6",))
    assert any("names one object by id; it gets the tag" in note for note in plan.notes)
    assert plan.document is not None
    assert plan.document["filters"]["tags"] == [plan.tag]
    document = said(account, about("id", "EQUAL", "5"), WEEK, SPENT)
    assert document["filters"]["campaign_ids"] == ["5"]
    assert "several levels" in problems(account, about("id", "IN", ["5", "6"]), WEEK, SPENT)
    assert "not known here: 9" in problems(account, about("id", "IN", ["6", "9"]), WEEK, SPENT)


REFUSED: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([], {"evaluation": "TRIGGER"}, "waits for something"),
    ([], {"does": "CHANGE_BID"}, "no counterpart"),
    ([], {"does": "UPDATE_CREATIVE"}, "UPDATE_CREATIVE"),
    ([], {"does": "ROTATE"}, "It rotates ads"),
    ([], {"does": "PING_ENDPOINT"}, "PING_ENDPOINT"),
    ([], {"options": {"execution_count_limit": 3}}, "at most 3 times"),
    ([], {"options": {"something_new": 3}}, "something_new"),
    ([], {"options": {"action_frequency": 10**6}}, "more than rules here keep"),
    ([], {"schedule": {}}, "no schedule"),
    ([], {"schedule": {"schedule_type": "CUSTOM", "schedule": [{"start_minute": 0, "end_minute": 60}]}}, "a span"),
    ([], {"schedule": {"schedule_type": "CUSTOM", "schedule": [{"start_minute": 0}, {"start_minute": 60}]}}, "several"),
    ([], {"does": "CHANGE_BUDGET", "options": {"change_spec": PERCENT}, "schedule": "SEMI_HOURLY"}, "every half hour"),
    ([], {"does": "CHANGE_BUDGET", "options": {"change_spec": {**PERCENT, "amount": 0}}}, "size of its change"),
    ([], {"does": "CHANGE_BUDGET", "options": {"change_spec": {**PERCENT, "unit": "SHARE"}}}, "no counterpart"),
    ([], {"does": "CHANGE_BUDGET", "options": {"change_spec": {**PERCENT, "amount": -100}}}, "percent"),
    ([], {"does": "CHANGE_CAMPAIGN_BUDGET", "options": {"change_spec": PERCENT}}, "another level"),
    ([AD_SETS, SPENT], {}, "no time_preset"),
    ([WEEK, SPENT], {}, "neither which level"),
    ([AD_SETS, WEEK, WEEK, SPENT], {}, "two times"),
    ([AD_SETS, about("time_preset", "EQUAL", "THIS_MONTH"), SPENT], {}, "THIS_MONTH"),
    ([about("entity_type", "IN", ["AD", "ADSET"]), WEEK, SPENT], {}, "one level"),
    ([AD_SETS, WEEK, about("results", "LESS_THAN", 3)], {}, "results"),
    ([AD_SETS, WEEK, about("spent", "ANY", 3)], {}, "spent ANY"),
    ([AD_SETS, WEEK, about("spent", "GREATER_THAN", "much")], {}, "no number"),
    ([AD_SETS, WEEK, about("spent", "GREATER_THAN", 10.5)], {}, "whole minor units"),
    ([AD_SETS, WEEK, about("bid_amount", "GREATER_THAN", 3)], {}, "bid_amount"),
    ([AD_SETS, about("time_preset", "EQUAL", "LAST_3_DAYS"), about("frequency", "GREATER_THAN", 3)], {}, "Reach"),
    ([AD_SETS, WEEK, SPENT, about("attribution_window", "EQUAL", "1D_CLICK")], {}, "1D_CLICK"),
    ([AD_SETS, WEEK, {"operator": "EQUAL"}], {}, "without a name"),
    ([AD_SETS, WEEK, about("ad.name", "EQUAL", "x")], {}, "ad.name"),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "more", "says"), REFUSED)
def test_what_is_not_the_same_is_named_and_no_half_rule_comes_out(
    filters: list[dict[str, Any]], more: dict[str, Any], says: str, account: AdAccount
) -> None:
    assert says in problems(account, *filters, **more)


@pytest.mark.parametrize("spec", [None, [], "x", {"filters": "x"}, {"evaluation_type": 5, "filters": [None, 5]}])
def test_odd_specifications_are_problems_and_no_crash(spec: Any, account: AdAccount) -> None:
    rule = native(account)
    rule.evaluation_spec = spec
    rule.execution_spec = spec
    rule.schedule_spec = spec
    plan = plan_of(rule)
    assert plan.document is None
    assert plan.problems


def test_the_rules_of_the_sandbox_are_read(meta: Meta) -> None:
    account = meta.account
    sync_structure(account, NOW)
    sync_native_rules(account, NOW)
    plans = {plan.native.name: plan for plan in plans_of(account)}
    assert plans["Pause dull ads"].exact
    assert "Reach" in " ".join(plans["Tell me about tired campaigns"].problems)
    raising = plans["Raise the winner a little every day"]
    assert raising.exact
    assert len(raising.tagged) == 1
