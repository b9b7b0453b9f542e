"""Rules as YAML over the API: what is written is read again, and a file with a problem changes nothing."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.models import AdAccount
from optimization.models import Rule
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import make_rule
from tests.optimization.api.conftest import calling
from tests.optimization.rules.build import leaf

EXPORT, IMPORT = "/api/intelligence/rules/export.yaml", "/api/intelligence/rules/import"


@pytest.fixture
def boss(manager: User) -> APIClient:
    return calling(manager)


def test_what_was_exported_changes_nothing_when_imported(boss: APIClient, euro: AdAccount) -> None:
    make_rule(euro, leaf("spend_7d", ">", 50))
    text = boss.get(EXPORT).content.decode()
    told = boss.post(IMPORT, {"yaml": text, "apply": True}, format="json").json()
    assert (told["sound"], told["applied"], [item["does"] for item in told["items"]]) == (True, True, ["nothing"])
    assert Rule.objects.get().versions.count() == 1


def test_a_plan_is_shown_first_and_done_only_as_it_was_shown(boss: APIClient, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    text = boss.get(EXPORT, {"account": euro.meta_id}).content.decode().replace("value: 50", "value: 70")
    plan = boss.post(IMPORT, {"yaml": text}, format="json").json()
    assert (plan["applied"], plan["items"][0]["changes"], plan["items"][0]["accounts"]) == (
        False, ["document"], [euro.meta_id],
    )  # fmt: skip
    assert rule.versions.count() == 1
    stale = boss.post(IMPORT, {"yaml": text, "apply": True, "seen": "0" * 64}, format="json")
    assert (stale.status_code, rule.versions.count()) == (409, 1)
    assert boss.post(IMPORT, {"yaml": text, "apply": True, "seen": plan["seen"]}, format="json").status_code == 200
    assert rule.versions.count() == 2


def test_a_problem_is_told_with_its_line_and_stops_the_whole_file(boss: APIClient, euro: AdAccount) -> None:
    make_rule(euro, leaf("spend_7d", ">", 50))
    text = boss.get(EXPORT).content.decode().replace("spend_7d", "spnd_7d")
    plan = boss.post(IMPORT, {"yaml": text}, format="json").json()
    assert plan["sound"] is False
    assert plan["problems"][0]["line"] > 1
    refused = boss.post(IMPORT, {"yaml": text, "apply": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "file_invalid")
    place, messages = next(iter(refused.json()["field_errors"].items()))
    assert place.startswith("rules[0].document.conditions")
    assert messages[0].startswith("line ")


def test_rules_that_also_cover_a_hidden_account_are_not_written(boss: APIClient, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    hidden = AdAccountFactory.create()
    rule.accounts.add(hidden)
    assert hidden.meta_id not in boss.get(EXPORT).content.decode()
    assert rule.name not in boss.get(EXPORT).content.decode()


def test_importing_is_for_managers(api: APIClient) -> None:
    assert api.post(IMPORT, {"yaml": "version: 1"}, format="json").status_code == 403
