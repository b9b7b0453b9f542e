"""Preview and the search for why, over the API: nothing is changed, and nobody looks into another's account."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.models import AdAccount, AdSet
from optimization.models import Action, Rule
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate_many
from optimization.rules.log import Looked, keep_look
from tests.factories.metaads import AdAccountFactory, AdSetFactory, MembershipFactory
from tests.factories.optimization import NOW, keep_frame, make_rule, version_of
from tests.optimization.api.conftest import calling
from tests.optimization.rules.build import document, leaf

PREVIEW, WHY = "/api/intelligence/rules/preview", "/api/intelligence/rules/why"
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture(autouse=True)
def stands_at_now(euro: AdAccount) -> None:
    """The account's business time stands still, so that its data are fresh."""
    euro.standing_at = NOW
    euro.save()


@pytest.fixture
def sets(euro: AdAccount) -> list[AdSet]:
    """Two ad sets that spent 700 and 30, as a stored table."""
    made = [AdSetFactory.create(campaign__account=euro, daily_budget=10_000) for _ in range(2)]
    columns = {"ids": [one.meta_id for one in made], "name": [one.name for one in made], "spend_7d": [700.0, 30.0]}
    keep_frame(euro, "adset", {**columns, "effective_status": ["ACTIVE", "ACTIVE"]}, NOW)
    return made


def test_an_unsaved_document_is_tried_and_leaves_nothing(api: APIClient, euro: AdAccount, sets: list[AdSet]) -> None:
    asked = {"account": euro.meta_id, "level": "adset", "document": document(SPENDS)}
    told = api.post(PREVIEW, asked, format="json").json()
    assert (told["covered"], told["matched"], told["currency"]) == (2, 1, "EUR")
    assert [row["entity_id"] for row in told["rows"]] == [sets[0].meta_id]
    assert [miss["sentence"] for miss in told["misses"]] == [
        "Would match if spend rose by 20.00 EUR (it is 30.00 EUR)."
    ]
    assert not Rule.objects.exists()
    assert not Action.objects.exists()


def test_stakes_are_in_the_major_unit(api: APIClient, euro: AdAccount, sets: list[AdSet]) -> None:
    lower = {"kind": "decrease_budget", "parameters": {"percent": 20}}
    asked = {"account": euro.meta_id, "level": "adset", "document": document(SPENDS, actions=[lower])}
    row = api.post(PREVIEW, asked, format="json").json()["rows"][0]
    assert (row["before"], row["wanted"], row["at_stake"]) == (10_000, 8_000, 20.0)


def test_a_saved_rule_and_a_new_text_of_it(api: APIClient, euro: AdAccount, sets: list[AdSet]) -> None:
    path = f"/api/intelligence/rules/{make_rule(euro, SPENDS).public_id}/preview"
    assert api.post(path, {}, format="json").json()["matched"] == 1
    looser = {"document": document(leaf("spend_7d", ">", 10)), "limit": 1}
    told = api.post(path, looser, format="json").json()
    assert (told["matched"], len(told["rows"])) == (2, 1)
    wrong = api.post(path, {"document": document(leaf("spnd", ">", 10))}, format="json")
    assert (wrong.status_code, list(wrong.json()["field_errors"])) == (400, ["document.conditions.field"])


def test_of_several_accounts_one_is_to_be_named(api: APIClient, viewer: User, euro: AdAccount) -> None:
    rule = make_rule(euro, SPENDS)
    other = AdAccountFactory.create()
    rule.accounts.add(other)
    path = f"/api/intelligence/rules/{rule.public_id}/preview"
    assert api.post(path, {}, format="json").status_code == 200, "the caller sees one of them"
    MembershipFactory.create(user=viewer, account=other)
    assert set(api.post(path, {}, format="json").json()["field_errors"]) == {"account"}
    assert api.post(path, {"account": other.meta_id}, format="json").status_code == 200


def kept_look(account: AdAccount, rule: Rule, at: Any, spent: float) -> None:
    frame = keep_frame(account, "adset", {"ids": ["31"], "spend_7d": [spent]}, at)
    outcome = evaluate_many([compile_version(version_of(rule))], frame)[0]
    keep_look(account, frame, [Looked(version_of(rule), outcome)], at)


def test_why_tells_each_check_with_its_figures(api: APIClient, euro: AdAccount) -> None:
    rule = make_rule(euro, SPENDS)
    for hours, spent in enumerate([60.0, 40.0, 30.0]):
        kept_look(euro, rule, NOW - timedelta(hours=hours), spent)
    asked: dict[str, str | int] = {"account": euro.meta_id, "level": "adset", "entity": "31"}
    told = api.get(WHY, asked).json()
    assert [check["result"] for check in told["checks"]] == ["matched", "not_matched", "not_matched"]
    condition = told["checks"][1]["conditions"][0]
    assert (condition["value"], condition["threshold"], condition["result"]) == (40.0, 50.0, "false")
    assert "rose by" in told["checks"][1]["near_miss"]
    assert (told["checks"][0]["rule"], told["checks"][0]["version"]) == (str(rule.public_id), 1)
    first = api.get(WHY, {**asked, "limit": 1, "explained": 0}).json()
    assert (len(first["checks"]), first["more"], first["checks"][0]["conditions"]) == (1, True, [])
    assert len(api.get(WHY, {**asked, "result": "matched"}).json()["checks"]) == 1
    assert api.get(WHY, {**asked, "rule": str(make_rule(euro, SPENDS).public_id)}).json()["checks"] == []


def test_why_is_asked_of_ones_own_accounts_and_rules_alone(api: APIClient, euro: AdAccount, stranger: User) -> None:
    foreign = make_rule(AdAccountFactory.create(), SPENDS)
    asked = {"account": euro.meta_id, "level": "adset", "entity": "31"}
    assert api.get(WHY, {**asked, "rule": str(foreign.public_id)}).status_code == 404
    assert calling(stranger).get(WHY, asked).status_code == 404
    assert set(api.get(WHY, {"account": euro.meta_id}).json()["field_errors"]) == {"level", "entity"}
    assert api.get(WHY, {**asked, "since": "0001-01-01T00:00:00Z"}).status_code == 400
