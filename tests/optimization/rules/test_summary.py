"""Rules in plain language."""

from typing import Any

import pytest

from optimization.rules.schema import parse
from optimization.rules.summary import summarise
from tests.optimization.rules.build import document, leaf


def said(conditions: Any, level: str = "adset", currency: str = "EUR", **more: Any) -> str:
    return summarise(parse(document(conditions, **more)), currency, level)


def when(conditions: Any, currency: str = "EUR") -> str:
    """The conditions' part of the first sentence."""
    return said(conditions, currency=currency).split(" where ")[1].split(". Checked")[0]


def each_of(field: str, operator: str, unit: str, count: int) -> dict[str, Any]:
    return leaf(field, operator, {unit: count, "operator": "<", "value": 1})


def test_a_stop_loss_reads_like_a_sentence() -> None:
    conditions = {"all": [leaf("spend_7d", ">", 50), leaf("conversions_7d", "=", 0), leaf("impressions_7d", ">", 1000)]}
    assert said(conditions) == (
        "Pause ad sets where spend is over 50.00 EUR, there are no conversions and impressions are over 1,000, "
        "all in the last 7 days. Checked on new data. A person approves each change."
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
        ("activate", {}, "Activate campaigns where"),
        ("increase_budget", {"percent": 20}, "Increase the budget of campaigns by 20 % where"),
        (
            "decrease_budget",
            {"amount": "12.50", "lower": 5, "upper": 90},
            "Decrease the budget of campaigns by 12.50 EUR a day (not below 5.00 EUR and not above 90.00 EUR) where",
        ),
        ("set_budget", {"amount": 50}, "Set the budget of campaigns to 50.00 EUR a day where"),
        ("notify_only", {"message": "look"}, "Notify about campaigns, saying “look”, where"),
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
    assert 'ad sets with "sale" in the name and in status ACTIVE or PAUSED where' in text
    assert "Checked every day at 08:30, on Mon and Fri (Europe/Berlin)." in text
    assert text.endswith("Acts alone, inside the account's limits.")


def test_a_rule_of_notices_says_that_it_changes_nothing() -> None:
    actions = [{"kind": "notify_only", "parameters": {"message": "look"}}]
    assert said(leaf("roas", ">", 1), actions=actions, mode="automatic").endswith("It changes nothing at Meta.")
