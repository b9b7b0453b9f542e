"""Rules that can work against each other, told when one of them is saved."""

from datetime import UTC, datetime
from typing import Any

import pytest

from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.services import save_rule
from optimization.rules.static_conflicts import conflicts_of
from tests.factories.metaads import AdAccountFactory
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RAISE = {"kind": "increase_budget", "parameters": {"percent": 20}}
CUT = {"kind": "decrease_budget", "parameters": {"percent": 20}}
PAUSE, START = {"kind": "pause"}, {"kind": "activate"}
TELL = {"kind": "notify_only", "parameters": {"message": "look"}}
SPENDS = leaf("spend_7d", ">", 100)


def says(action: dict[str, Any], conditions: Any = None, **more: Any) -> dict[str, Any]:
    return {"conditions": conditions or SPENDS, "actions": [action], **more}


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def active(account: AdAccount | None, document: dict[str, Any], name: str = "Other", **identity: Any) -> Rule:
    rule = Rule.objects.create(name=name, **{"category": "scaling", "level": "adset", **identity})
    rule.accounts.set([account] if account else [])
    save_rule(rule, document, None, NOW)
    Rule.objects.filter(pk=rule.pk).update(active=True)
    return rule


def texts(account: AdAccount, document: dict[str, Any], level: str = "adset", rule: Rule | None = None) -> list[str]:
    return [str(conflict) for conflict in conflicts_of(account, level, document, rule)]


def test_what_one_pauses_and_the_other_raises_is_told_with_the_winner(account: AdAccount) -> None:
    other = active(account, says(RAISE, leaf("roas_7d", ">", 2)), "Scale winners", priority=99)
    found = conflicts_of(account, "adset", says(PAUSE))
    assert [conflict.rule for conflict in found] == [other]
    assert found[0].text == (
        "“Scale winners” raises the budget of ad sets that this rule pauses. Where both match, "
        "pausing wins, for safety goes before growth, and the raise is left out."
    )


def test_the_same_is_told_from_the_other_side(account: AdAccount) -> None:
    active(account, says(CUT), "Trim")
    said = texts(account, says(RAISE))[0]
    assert said.startswith("“Trim” lowers the budget of ad sets that this rule raises the budget of.")
    assert "the cut wins" in said


def test_pausing_and_starting_again_take_turns_whatever_the_status(account: AdAccount) -> None:
    active(account, says(START, {"all": [leaf("status", "is", "PAUSED"), SPENDS]}), "Relaunch")
    assert "They take turns" in texts(account, says(PAUSE, filters={"status": ["ACTIVE"]}))[0]
    assert texts(account, says(PAUSE, leaf("spend_7d", "<", 100))) == []


def test_provably_disjoint_rules_are_not_reported(account: AdAccount) -> None:
    active(account, says(RAISE, {"all": [SPENDS, leaf("conversions_7d", ">=", 10)]}))
    assert texts(account, says(PAUSE, {"all": [SPENDS, leaf("conversions_7d", "=", 0)]})) == []
    assert texts(account, says(CUT, leaf("spend_7d", "<", 50))) == []
    assert len(texts(account, says(CUT, leaf("conversions_7d", "<", 11)))) == 1


def test_rules_of_different_campaigns_or_paused_things_do_not_meet(account: AdAccount) -> None:
    active(account, says(RAISE, filters={"campaign_ids": ["5"]}))
    assert texts(account, says(PAUSE, filters={"campaign_ids": ["6"]})) == []
    assert len(texts(account, says(PAUSE, filters={"campaign_ids": ["6", "5"]}))) == 1
    assert texts(account, says(PAUSE, filters={"campaign_ids": ["5"], "status": ["PAUSED"]})) == []


def test_two_set_budgets_are_settled_by_priority(account: AdAccount) -> None:
    fixed = {"kind": "set_budget", "parameters": {"amount": "50"}}
    active(account, says(fixed), "Fifty", priority=70)
    assert texts(account, says(fixed)) == []
    eighty = {"kind": "set_budget", "parameters": {"amount": "80"}}
    assert "“Fifty” wins by its priority of 70" in texts(account, says(eighty))[0]
    strong = Rule.objects.create(name="Mine", category="scaling", level="adset", priority=90)
    assert "this rule wins by its priority of 90" in texts(account, says(eighty), rule=strong)[0]
    equal = Rule.objects.create(name="Equal", category="scaling", level="adset", priority=70)
    assert "both have the priority 70" in texts(account, says(eighty), rule=equal)[0]


def test_a_paused_campaign_and_a_raised_ad_set_in_it_are_told(account: AdAccount) -> None:
    active(account, says(PAUSE), "Stop campaigns", level="campaign")
    said = texts(account, says(RAISE))[0]
    assert said.startswith("“Stop campaigns” pauses campaigns in which this rule raises the budget of ad sets.")
    assert "nothing grows below it" in said
    active(account, says(PAUSE), "Stop ads", level="ad")
    lower = next(text for text in texts(account, says(RAISE)) if "Stop ads" in text)
    assert lower.startswith("“Stop ads” pauses ads in ad sets that this rule raises the budget of.")
    assert "both are done" in lower


def test_across_levels_only_what_both_share_can_part_them(account: AdAccount) -> None:
    active(account, says(PAUSE, leaf("spend_7d", ">", 100), filters={"campaign_ids": ["5"]}), level="campaign")
    assert len(texts(account, says(RAISE, leaf("spend_7d", "<", 50)))) == 1
    assert texts(account, says(RAISE, filters={"parent_ids": ["6"]})) == []
    assert texts(account, says(RAISE, leaf("parent_spend_7d", "<", 50))) == []


def test_notices_suggestions_resting_and_foreign_rules_are_in_nobodys_way(account: AdAccount) -> None:
    active(account, says(TELL, mode="automatic"))
    active(account, says(RAISE, mode="suggestion_only"))
    foreign = AdAccountFactory.create()
    active(foreign, says(RAISE))
    resting = active(account, says(RAISE))
    Rule.objects.filter(pk=resting.pk).update(active=False)
    assert texts(account, says(PAUSE)) == []
    assert conflicts_of([], "adset", says(PAUSE)) == []
    assert len(conflicts_of([account, foreign], "adset", says(PAUSE))) == 1


def test_a_rule_is_no_conflict_of_its_own_and_an_unsound_one_has_none(account: AdAccount) -> None:
    mine = active(account, says(RAISE))
    assert texts(account, says(PAUSE), rule=mine) == []
    assert texts(account, says(PAUSE, {"all": []})) == []
