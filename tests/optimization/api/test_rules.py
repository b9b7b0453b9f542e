"""Rules over the API: read by who may see them, written by managers of all their accounts, in either design's words."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.models import AdAccount, Role
from optimization.models import LedgerEvent, Rule, RuleVersion
from optimization.rules.services import save_rule
from tests.factories.metaads import NOW, AdAccountFactory, MembershipFactory
from tests.optimization.api.conftest import calling
from tests.optimization.rules.build import document, leaf

BOTH = ("/api/intelligence/rules", "/api/optimization/rules")
LOSS = document(leaf("spend_7d", ">", 50))


@pytest.fixture
def boss(manager: User) -> APIClient:
    return calling(manager)


@pytest.fixture
def body(euro: AdAccount) -> dict[str, Any]:
    return {
        "name": "Stop loss", "category": "loss_prevention", "level": "adset", "accounts": [euro.meta_id],
        "document": LOSS,
    }  # fmt: skip


def made(boss: APIClient, body: dict[str, Any], path: str = BOTH[0]) -> dict[str, Any]:
    answer = boss.post(path, body, format="json")
    assert answer.status_code == 201, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def refused(boss: APIClient, body: dict[str, Any]) -> dict[str, list[str]]:
    """The places at fault; fails if anything was stored."""
    answer = boss.post(BOTH[0], body, format="json")
    assert answer.status_code == 400, answer.json()
    assert not Rule.objects.exists()
    fields: dict[str, list[str]] = answer.json()["field_errors"]
    return fields


def test_a_rule_made_on_one_path_is_the_same_on_the_other(
    boss: APIClient, api: APIClient, body: dict[str, Any]
) -> None:
    told = made(boss, body, BOTH[1])
    assert (told["active"], told["version"], told["owner"], told["editable"]) == (False, 1, "marta", True)
    assert "50.00 EUR" in told["summary"]
    lists = [api.get(path).json()["results"] for path in BOTH]
    assert lists[0] == lists[1]
    assert [(one["id"], one["editable"]) for one in lists[0]] == [(told["id"], False)]
    assert api.get(f"{BOTH[0]}/{told['id']}").json()["document"] == LOSS


def test_a_list_of_actions_and_a_single_action_type_are_two_spellings(boss: APIClient, body: dict[str, Any]) -> None:
    bare = {"conditions": LOSS["conditions"]}
    single = {"action_type": "decrease_budget", "action_parameters": {"percent": 30}}
    listed = {"actions": [{"kind": "decrease_budget", "parameters": {"percent": 30}}]}
    first = made(boss, {**body, "document": bare, **single})
    second = made(boss, {**body, "document": bare, **listed})
    third = made(boss, {**body, "document": {**bare, **listed}})
    assert first["document"] == second["document"] == third["document"]
    assert [one["action_type"] for one in (first, second, third)] == ["decrease_budget"] * 3


def test_two_lists_of_actions_at_once_are_refused(boss: APIClient, body: dict[str, Any]) -> None:
    assert set(refused(boss, {**body, "action_type": "pause"})) == {"action_type", "document.actions"}
    assert set(refused(boss, {**body, "action_parameters": {}})) == {"action_parameters"}


def test_what_is_wrong_stands_under_its_place_in_the_tree(boss: APIClient, body: dict[str, Any]) -> None:
    wrong = {"all": [leaf("spend_7d", ">", 50), leaf("spnd", ">", 1)]}
    fields = refused(boss, {**body, "document": {**LOSS, "conditions": wrong}})
    assert list(fields) == ["document.conditions.all[1].field"]
    assert "spend" in fields["document.conditions.all[1].field"][0], "the nearest names are told"
    assert "name" in refused(boss, {**body, "name": ""})
    assert "document.conditions" in refused(boss, {**body, "document": {"actions": [{"kind": "pause"}]}})


def test_a_slip_in_a_name_does_not_pass_for_a_rule_of_all_accounts(boss: APIClient, body: dict[str, Any]) -> None:
    slipped = {**body, "acounts": body["accounts"]}
    del slipped["accounts"]
    assert set(refused(boss, slipped)) == {"acounts"}


def test_what_no_database_keeps_is_refused(boss: APIClient, body: dict[str, Any]) -> None:
    odd = document(leaf("name", "contains", "a\0b"))
    answer = boss.post(BOTH[0], {**body, "document": odd}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    huge = boss.post(BOTH[0], '{"document": {"conditions": 1e999}}', content_type="application/json")
    assert (huge.status_code, huge.json()["code"]) == (400, "parse_error")


def test_a_viewer_reads_and_writes_nothing(boss: APIClient, api: APIClient, body: dict[str, Any]) -> None:
    path = f"{BOTH[0]}/{made(boss, body)['id']}"
    assert api.get(path).status_code == 200
    refusals = [
        api.post(BOTH[0], body, format="json"), api.put(path, body, format="json"), api.delete(path),
        api.patch(path, {"name": "x"}, format="json"), api.post(f"{path}/toggle", {"active": True}, format="json"),
    ]  # fmt: skip
    assert [answer.status_code for answer in refusals] == [403] * 5
    assert Rule.objects.get().name == "Stop loss"


def test_a_stranger_finds_no_rule(boss: APIClient, stranger: User, body: dict[str, Any]) -> None:
    path = f"{BOTH[0]}/{made(boss, body)['id']}"
    outside = calling(stranger)
    assert outside.get(BOTH[0]).json()["results"] == []
    assert [outside.get(path).status_code, outside.delete(path).status_code] == [404, 404]
    assert outside.post(BOTH[0], body, format="json").status_code == 404
    assert outside.post(BOTH[0], {**body, "accounts": []}, format="json").status_code == 403


def test_a_rule_that_also_covers_a_hidden_account_is_read_only_and_does_not_name_it(
    boss: APIClient, manager: User, euro: AdAccount, body: dict[str, Any]
) -> None:
    told = made(boss, body)
    hidden = AdAccountFactory.create()
    Rule.objects.get().accounts.add(hidden)
    shown = boss.get(f"{BOTH[0]}/{told['id']}").json()
    assert (shown["accounts"], shown["hidden_accounts"], shown["editable"]) == ([euro.meta_id], 1, False)
    assert boss.patch(f"{BOTH[0]}/{told['id']}", {"name": "x"}, format="json").status_code == 403
    assert boss.get(f"{BOTH[0]}?account={hidden.meta_id}").json()["results"] == []


def test_a_change_makes_a_version_and_an_unchanged_document_none(boss: APIClient, body: dict[str, Any]) -> None:
    path = f"{BOTH[0]}/{made(boss, body)['id']}"
    renamed = boss.patch(path, {"name": "Another name", "priority": 70}, format="json").json()
    assert (renamed["name"], renamed["priority"], renamed["version"]) == ("Another name", 70, 1)
    changed = boss.patch(path, {"action_type": "notify_only", "action_parameters": {"message": "look"}}, format="json")
    assert changed.json()["version"] == 2
    assert changed.json()["document"]["conditions"] == LOSS["conditions"], "what is not named stays"
    replaced = boss.put(path, body, format="json").json()
    assert (replaced["name"], replaced["priority"], replaced["version"]) == ("Stop loss", 50, 3)
    versions = boss.get(f"{path}/versions").json()["results"]
    assert [(one["number"], one["created_by"]) for one in versions] == [(1, "marta"), (2, "marta"), (3, "marta")]
    assert LedgerEvent.objects.filter(kind="rule_changed").count() == 5


def test_a_change_never_goes_over_somebody_elses(boss: APIClient, manager: User, body: dict[str, Any]) -> None:
    told = made(boss, body)
    path = f"{BOTH[0]}/{told['id']}"
    save_rule(Rule.objects.get(), document(leaf("spend_7d", ">", 90)), manager, NOW)
    answer = boss.patch(path, {"name": "Mine"}, format="json", HTTP_IF_MATCH=f'"{told["token"]}"')
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert Rule.objects.get().name == "Stop loss"
    again = boss.get(path).json()["token"]
    assert boss.patch(path, {"name": "Mine"}, format="json", HTTP_IF_MATCH=again).status_code == 200


def test_the_switch_says_what_is_and_an_unsound_rule_stays_off(
    boss: APIClient, manager: User, body: dict[str, Any]
) -> None:
    path = f"{BOTH[0]}/{made(boss, body)['id']}"
    on = boss.post(f"{path}/toggle", {"active": True}, format="json")
    assert (on.status_code, on.json()["active"]) == (200, True)
    assert boss.post(f"{path}/toggle", {"active": True}, format="json").json()["active"] is True
    assert boss.post(f"{path}/toggle", {}, format="json").json()["field_errors"] == {
        "active": ["This field is required."]
    }
    RuleVersion.objects.filter(rule__active=True).update(document={"actions": []})
    boss.post(f"{path}/toggle", {"active": False}, format="json")
    refusal = boss.post(f"{path}/toggle", {"active": True}, format="json")
    assert (refusal.status_code, refusal.json()["code"]) == (400, "rule_invalid")
    assert not Rule.objects.get().active


def test_a_deleted_rule_is_archived_and_off(boss: APIClient, body: dict[str, Any]) -> None:
    path = f"{BOTH[0]}/{made(boss, body)['id']}"
    boss.post(f"{path}/toggle", {"active": True}, format="json")
    answer = boss.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert boss.get(BOTH[0]).json()["results"] == []
    kept = boss.get(f"{BOTH[0]}?archived=true").json()["results"]
    assert [(one["archived"], one["active"]) for one in kept] == [(True, False)]
    assert boss.delete(path).status_code == 204, "archived twice is archived"


def test_the_list_is_filtered_and_paged(boss: APIClient, euro: AdAccount, body: dict[str, Any]) -> None:
    for number in range(3):
        made(boss, {**body, "name": f"Rule {number}", "level": ["campaign", "adset", "ad"][number]})
    first = boss.get(f"{BOTH[0]}?limit=2").json()
    rest = boss.get(first["next"]).json()
    assert [len(first["results"]), len(rest["results"])] == [2, 1]
    for query, count in (
        (f"account={euro.meta_id}", 3), ("account=1", 0), ("level=ad", 1), ("name=rule 1", 1), ("active=true", 0),
        ("category=loss_prevention", 3),
    ):  # fmt: skip
        assert len(boss.get(f"{BOTH[0]}?{query}").json()["results"]) == count, query
    assert boss.get(f"{BOTH[0]}?level=pixel").json()["field_errors"].keys() == {"level"}


def test_conflicts_with_other_rules_are_told_on_saving(boss: APIClient, body: dict[str, Any]) -> None:
    grow = document(leaf("roas_7d", ">", 3), actions=[{"kind": "increase_budget", "parameters": {"percent": 20}}])
    other = made(boss, {**body, "name": "Grow", "category": "scaling", "document": grow})
    boss.post(f"{BOTH[0]}/{other['id']}/toggle", {"active": True}, format="json")
    told = made(boss, body)["conflicts"]
    assert [one["name"] for one in told] == ["Grow"]
    assert told[0]["rule"] == other["id"]
    assert "raises the budget" in told[0]["text"]


def test_templates_speak_the_currency_that_is_asked_for_and_can_be_adopted(
    boss: APIClient, api: APIClient, euro: AdAccount, manager: User
) -> None:
    path = f"{BOTH[0]}/templates"
    dollars, yen = api.get(path).json(), api.get(f"{path}?currency=jpy").json()
    assert len(dollars) == len(yen) >= 17
    assert dollars[0]["document"] != yen[0]["document"]
    assert api.get(f"{path}?currency=XXX").json()["field_errors"].keys() == {"currency"}
    other = AdAccountFactory.create(currency="USD")
    MembershipFactory.create(user=manager, account=other, role=Role.MANAGER)
    wanted = {"accounts": [euro.meta_id, other.meta_id]}
    adopted = boss.post(f"{path}/zero_conversions", wanted, format="json")
    assert adopted.status_code == 201
    assert sorted(one["accounts"][0] for one in adopted.json()) == sorted(wanted["accounts"])
    assert not Rule.objects.filter(active=True).exists()
    assert api.post(f"{path}/zero_conversions", {"accounts": [euro.meta_id]}, format="json").status_code == 403
    assert boss.post(f"{path}/none_such", wanted, format="json").status_code == 404
