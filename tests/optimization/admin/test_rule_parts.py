"""Admin of rules beside its form: versions, trial, conflicts, figures, files."""

import html
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from metaads.models import AdAccount, Role
from optimization.models import DryLook, Rule
from optimization.rules.services import save_rule, set_active
from optimization.rules.yaml_files import export_rules
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.optimization.rules.build import document, leaf
from tests.optimization.views.conftest import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIST = "/admin/optimization/rule/"
RAISE = {"conditions": leaf("roas_7d", ">", 2), "actions": [{"kind": "increase_budget", "parameters": {"percent": 20}}]}


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.fixture
def root() -> Client:
    return signed_in(UserFactory.create(is_superuser=True, is_staff=True))


def made(account: AdAccount, says: dict[str, Any], name: str = "Stop loss") -> Rule:
    rule = Rule.objects.create(name=name, category="scaling", level="adset")
    rule.accounts.add(account)
    save_rule(rule, says, None, NOW)
    return rule


def page(client: Client, rule: Rule) -> str:
    return html.unescape(client.get(f"{LIST}{rule.pk}/change/").content.decode())


def test_versions_stand_below_with_what_each_changed(root: Client, account: AdAccount) -> None:
    rule = made(account, document(leaf("spend_7d", ">", 50)))
    save_rule(rule, document(leaf("spend_7d", ">", 60)), None, NOW)
    shown = page(root, rule)
    assert "over 50.00 EUR" in shown
    assert f"/rules/{rule.public_id}/?tab=versions&from=1&to=2#comparison" in shown
    assert "the first" in shown
    assert 'name="versions' not in shown


def test_the_trial_says_where_the_first_look_ran_dry(root: Client, account: AdAccount) -> None:
    rule = made(account, document(leaf("spend_7d", ">", 50)))
    assert "runs dry at its first look, once it is on" in page(root, rule)
    set_active(rule, True, None, NOW)
    assert "The first look at each account runs dry" in page(root, rule)
    assert rule.current is not None
    DryLook.objects.create(
        rule=rule, version=rule.current, account=account, looked_at=NOW, covered=9, matched=4, unknown=0, currency="EUR"
    )
    assert f"{account.name}: looked dry at 20 Nov, 13:00 CET, 4 matched" in page(root, rule)


def test_figures_say_when_it_last_triggered_and_how_often_it_failed(root: Client, account: AdAccount) -> None:
    rule = made(account, document(leaf("spend_7d", ">", 50)))
    assert "last triggered never" in page(root, rule)
    Rule.objects.update(last_triggered_at=NOW, consecutive_failures=2, evaluated=1200)
    shown = page(root, rule)
    assert "evaluated 1,200" in shown
    assert "last triggered 20 Nov, 12:00 UTC; failed 2 times in a row" in shown


def test_saving_tells_which_rules_it_works_against(root: Client, account: AdAccount) -> None:
    other = made(account, RAISE, "Scale winners")
    set_active(other, True, None, NOW)
    data = {"name": "Stop", "category": "loss_prevention", "level": "adset", "priority": "50", "tags": "[]",
            "document": json.dumps(document(leaf("spend_7d", ">", 50))), "accounts": [account.pk]}  # fmt: skip
    told = html.unescape(root.post(f"{LIST}add/", data, follow=True).content.decode())
    said = "“Scale winners” raises the budget of ad sets that this rule pauses."
    assert said in told
    assert said in page(root, Rule.objects.get(name="Stop"))
    assert "No active rule of the same accounts works against it." in page(root, other)


def test_chosen_rules_are_downloaded_as_one_file(root: Client, account: AdAccount) -> None:
    first, second = made(account, RAISE, "A"), made(account, RAISE, "B")
    made(account, RAISE, "C")
    answer = root.post(LIST, {"action": "as_yaml", "_selected_action": [first.pk, second.pk]})
    assert answer.content.decode() == export_rules([first, second])


def test_a_file_holds_no_rule_of_foreign_accounts(account: AdAccount) -> None:
    mine, foreign = made(account, RAISE, "A"), made(AdAccountFactory.create(), RAISE, "B")
    user = UserFactory.create(is_staff=True)
    MembershipFactory.create(user=user, account=account, role=Role.ADMIN)
    data = {"action": "as_yaml", "_selected_action": [mine.pk, foreign.pk]}
    assert "name: B" not in signed_in(user).post(LIST, data).content.decode()


def test_the_list_leads_to_import_and_templates(root: Client) -> None:
    shown = root.get(LIST).content.decode()
    assert "/rules/import/" in shown
    assert "/admin/optimization/rule/adopt/" in shown
