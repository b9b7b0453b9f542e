"""Rules in plain language."""

from typing import Any

import pytest

from optimization.rules.schema import parse
from optimization.rules.summary import conditions_text, summarise
from tests.optimization.rules.build import document, leaf


def said(conditions: Any, level: str = "adset", currency: str = "EUR", **more: Any) -> str:
    return summarise(parse(document(conditions, **more)), currency, level)


def when(conditions: Any, currency: str = "EUR") -> str:
    """The conditions as a clause."""
    return conditions_text(parse(document(conditions)).conditions, currency)


def of_whom(conditions: Any, **more: Any) -> str:
    """What the first sentence says of the ad sets."""
    return said(conditions, **more).removeprefix("Pause ad sets ").split(". ")[0]


def each_of(field: str, operator: str, unit: str, count: int) -> dict[str, Any]:
    return leaf(field, operator, {unit: count, "operator": "<", "value": 1})


def test_a_stop_loss_reads_like_a_sentence() -> None:
    conditions = {"all": [leaf("spend_7d", ">", 50), leaf("conversions_7d", "=", 0), leaf("impressions_7d", ">", 1000)]}
    assert said(conditions) == (
        "Pause ad sets that spent over 50.00 EUR with no conversion and over 1,000 impressions in the last 7 days. "
        "Checked on new data. A person approves each change."
    )


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (leaf("cpa", ">", "target_cpa * 2"), "CPA in the last 7 days is over target CPA × 2"),
        (leaf("cpa_3d", ">=", "cpa_7d * 1.2"), "CPA in the last 3 days is at least CPA in the last 7 days × 1.2"),
        (leaf("ctr_today", "<", 1.5), "CTR today is under 1.5 %"),
        (leaf("ctr_yesterday", "<=", 1), "CTR yesterday is at most 1 %"),
        (leaf("roas_lifetime", "!=", 1), "ROAS since the start is not 1"),
        (leaf("spend_24h", "between", [5, 1000]), "spend in the last 24 hours is between 5.00 EUR and 1,000.00 EUR"),
        (
            leaf("spend_3d_incl_today", "not_between", [5, 6]),
            "spend in the last 3 days including today is not between 5.00 EUR and 6.00 EUR",
        ),
        (leaf("conversions_1h", "in", [1, 2, 3]), "conversions in the last hour are one of 1, 2 or 3"),
        (leaf("conversions_15min", "not_in", [1]), "conversions in the last 15 minutes are none of 1"),
        (leaf("learning_phase", "is_not", "LEARNING"), "learning phase is not LEARNING"),
        (leaf("name", "contains", "sale"), 'name contains "sale"'),
        (leaf("name", "matches", "^EU"), 'name matches "^EU"'),
        (leaf("ctr", "decreasing"), "CTR in the last 7 days is decreasing"),
        (leaf("ctr_trend_3d", "<", -15), "CTR trend in the last 3 days is under -15 %"),
        (leaf("days_active", "<", 7), "days active are under 7"),
        (leaf("parent_roas_7d", ">", 2), "ROAS of the parent in the last 7 days is over 2"),
        (leaf("actions.link_click_7d", "=", 0), "there are no link click actions in the last 7 days"),
        (
            leaf("roas", "for_days", {"days": 3, "operator": "<", "value": 1}),
            "ROAS is under 1 in each of the last 3 days",
        ),
        (
            leaf("spend", "for_hours", {"hours": 1, "operator": ">", "value": 9}),
            "spend is over 9.00 EUR in the last hour",
        ),
    ],
)
def test_every_operator_reads_well(conditions: Any, words: str) -> None:
    assert when(conditions) == words


def test_nested_groups_stand_in_brackets() -> None:
    tree = {"any": [leaf("ctr", "<", 1), {"all": [leaf("cpa_3d", ">", 9), {"not": leaf("roas", ">", 2)}]}]}
    assert when(tree) == (
        "CTR in the last 7 days is under 1 % or "
        "(CPA in the last 3 days is over 9.00 EUR and not (ROAS in the last 7 days is over 2))"
    )


def test_money_follows_the_currency() -> None:
    assert when(leaf("spend_7d", ">", 8400), "JPY") == "spend in the last 7 days is over 8,400 JPY"
    assert when(leaf("spend_7d", ">", 8400), "") == "spend in the last 7 days is over 8,400.00"


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("activate", {}, "Activate campaigns with a ROAS over 1 in the last 7 days."),
        ("increase_budget", {"percent": 20}, "Increase the budget by 20 % for campaigns with"),
        (
            "decrease_budget",
            {"amount": "12.50", "lower": 5, "upper": 90},
            "Decrease the budget by 12.50 EUR a day (not below 5.00 EUR and not above 90.00 EUR) for campaigns with",
        ),
        ("set_budget", {"amount": 50}, "Set the budget to 50.00 EUR a day for campaigns with"),
        ("notify_only", {"message": "look"}, "Notify “look” for campaigns with"),
    ],
)
def test_every_action_reads_well(kind: str, parameters: dict[str, Any], words: str) -> None:
    actions = [{"kind": kind, "parameters": parameters}]
    assert said(leaf("roas", ">", 1), "campaign", actions=actions).startswith(words)


def test_filters_schedule_and_mode_are_told() -> None:
    text = said(
        leaf("roas", ">", 1),
        filters={"name_contains": "sale", "status": ["ACTIVE", "PAUSED"]},
        schedule={"every": "daily", "at": "08:30", "weekdays": ["mon", "fri"], "zone": "Europe/Berlin"},
        mode="automatic",
    )
    assert 'ad sets with "sale" in the name and in status ACTIVE or PAUSED with a ROAS over 1' in text
    assert "Checked on Mon and Fri at 08:30 (Europe/Berlin)." in text
    assert text.endswith("Acts alone on 10 % of its matches, inside the account's limits; the rest wait for a person.")


def test_a_rule_of_notices_says_that_it_changes_nothing() -> None:
    actions = [{"kind": "notify_only", "parameters": {"message": "look"}}]
    assert said(leaf("roas", ">", 1), actions=actions, mode="automatic").endswith("It changes nothing at Meta.")


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (leaf("cpa_3d", ">=", "cpa_7d * 1.2"), "with a CPA in the last 3 days at least CPA in the last 7 days × 1.2"),
        (leaf("spend_today", ">", "daily_budget * 1.2"), "that spent over daily budget × 1.2 today"),
        (
            leaf("spend_7d", ">", "spend_14d / 2"),
            "whose spend in the last 7 days is over spend in the last 14 days / 2",
        ),
        (leaf("conversions_3d", "<", 1), "with under 1 conversion in the last 3 days"),
        (leaf("inline_link_clicks_today", "=", 0), "with no inline link click today"),
        (
            leaf("conversions_7d", ">", "conversions_3d + 1"),
            "whose conversions in the last 7 days are over conversions in the last 3 days + 1",
        ),
        (leaf("days_active", ">=", 1), "that have been active for at least 1 day"),
        (leaf("hours_since_created", "<", 24), "that were made under 24 hours ago"),
        (leaf("learning_phase", "is", "LEARNING_LIMITED"), "that are learning limited"),
        (leaf("learning_phase", "is_not", "LEARNING"), "whose learning phase is not LEARNING"),
        (leaf("ctr_3d", "decreasing"), "whose CTR in the last 3 days is decreasing"),
        ({"not": leaf("spend_7d", ">", 5)}, "where not (spend in the last 7 days is over 5.00 EUR)"),
        (
            {"all": [leaf("name", "contains", "x"), {"any": [leaf("roas", ">", 1), leaf("cpa", "<", 5)]}]},
            'whose name contains "x", '
            "where ROAS in the last 7 days is over 1 or CPA in the last 7 days is under 5.00 EUR",
        ),
        (
            {"all": [leaf("spend_7d", ">", 9), leaf("roas_7d", "<", "account_roas_7d * 1"), leaf("ctr_7d", "stable")]},
            "that spent over 9.00 EUR, with a ROAS under ROAS of the account × 1, whose CTR is stable, "
            "all in the last 7 days",
        ),
    ],
)
def test_who_is_meant_is_said_as_people_say_it(conditions: Any, words: str) -> None:
    assert of_whom(conditions) == words


def test_filters_by_tag_parent_and_status_are_told() -> None:
    filters = {"status": ["ACTIVE"], "parent_ids": ["12"], "tags": ["brand", "sale"], "without_tags": ["keep"]}
    start = "Pause active ad sets under 12, tagged brand or sale and not tagged keep that spent over 5.00 EUR"
    assert said(leaf("spend_7d", ">", 5), filters=filters).startswith(start)


@pytest.mark.parametrize(
    ("timed", "words"),
    [
        ({"undo_after_hours": 48}, "Undone after 48 h, unless kept."),
        ({"today_only": True}, "For today only: undone at the end of the account's day, unless kept."),
    ],
)
def test_a_timed_change_says_when_it_ends(timed: Any, words: str) -> None:
    assert f" {words} " in said(leaf("roas", ">", 1), actions=[{"kind": "pause", "timed": timed}])


def test_metrics_of_ones_own_are_told_and_read_as_money() -> None:
    text = said(leaf("profit_3d", "<", 0), metrics={"profit": "conversion_value * 0.6 - spend_yesterday"})
    assert text.startswith("Pause ad sets with a profit under 0.00 EUR in the last 3 days. ")
    assert "Profit is (conversion value × 0.6) − spend yesterday. " in text


@pytest.mark.parametrize(
    ("share", "words"),
    [(50, "Acts alone on 50 % of its matches"), (100, "Acts alone, inside the account's limits.")],
)
def test_roll_out_is_told_of_a_rule_that_acts_alone(share: int, words: str) -> None:
    assert words in said(leaf("roas", ">", 1), mode="automatic", safety={"rollout_percent": share})
    assert "alone" not in said(leaf("roas", ">", 1), safety={"rollout_percent": share})


def test_its_own_limits_and_hold_out_are_told() -> None:
    safety = {"cooldown_hours": 12, "max_changes_per_day": 2, "max_change_percent": 30}
    assert said(leaf("roas", ">", 1), safety=safety, holdout_percent=10).endswith(
        "Leaves each alone for 12 h after a change. Changes each at most twice a day. No change is larger than 30 %. "
        "Skips 10 % of its firings at random, to measure its effect."
    )


def test_several_actions_are_said_before_whom() -> None:
    actions = [{"kind": "pause"}, {"kind": "notify_only", "parameters": {"message": "look"}}]
    assert said(leaf("spend_7d", ">", 5), actions=actions).startswith("Pause and notify “look” for ad sets that spent")


@pytest.mark.parametrize(
    ("level", "action", "words"),
    [
        (
            "campaign",
            {"kind": "reallocate", "parameters": {"lower": 5}},
            "Reallocate the budget in campaigns that spent over 10.00 EUR in the last 7 days by ROAS in the last 7 "
            "days, where the best is 1.5 times the worst or more (not below 5.00 EUR).",
        ),
        (
            "adset",
            {"kind": "rotate"},
            "Exchange an ad with a fatigue of 40 or more for the best rested one in ad sets that spent over",
        ),
        (
            "adset",
            {"kind": "duplicate", "parameters": {"into": "22", "percent": 50}},
            "into 22 with 50 % of the budget.",
        ),
    ],
)
def test_a_plan_of_several_steps_is_said_in_its_own_words(level: str, action: dict[str, Any], words: str) -> None:
    document = {"conditions": leaf("spend_7d", ">", 10), "actions": [action]}
    assert words in summarise(parse(document, level), "EUR", level)
