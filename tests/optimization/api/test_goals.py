"""Goals and the orchestrator's runs over the API, in [C]'s words."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.models import AdAccount, Role
from optimization.models import Action, Goal, LedgerEvent, OrchestratorRun
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.optimization.api.conftest import calling
from tests.optimization.conftest import NOW, Meta
from tests.optimization.orchestrator.conftest import Started, creatives, shop, started

__all__ = ["shop", "started"]

GOALS, RUNS = "/api/orchestrator/goals", "/api/orchestrator/runs"
COUNTS = ["campaignsCreated", "campaignsUpdated", "winnersPromoted", "budgetsScaled", "adsetsPaused", "errors"]


def person(account: AdAccount, role: Role) -> APIClient:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=account, role=role)
    return calling(user)


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The business time of the small Meta, at every door."""
    for module in ("goals", "goal_creatives", "orchestrator"):
        monkeypatch.setattr(f"optimization.api.{module}.business_now", lambda account: NOW)


def test_previewed_run_and_read_in_the_log(shop: Meta, started: Started) -> None:
    started("traffic")
    api, viewer = person(shop.account, Role.MANAGER), person(shop.account, Role.VIEWER)
    plan = viewer.post("/api/orchestrator/preview", {}, format="json").json()
    assert (plan["success"], plan["runId"], plan["dryRun"], plan["actionsCount"]) == (True, None, True, 1)
    assert (plan["actions"][0]["type"], plan["actions"][0]["goalKey"]) == ("create_campaign", "traffic")
    assert not OrchestratorRun.objects.exists()

    assert viewer.post("/api/orchestrator/run", {}, format="json").status_code == 403
    assert not Action.objects.exists()
    body = {"account": shop.account.meta_id}
    answer = api.post("/api/orchestrator/run", body, format="json").json()
    action = Action.objects.get()
    assert list(answer) == ["success", "runId", "summary", "actionsCount"]
    assert (answer["success"], list(answer["summary"]), answer["actionsCount"]) == (True, COUNTS, 1)
    assert (answer["summary"]["campaignsCreated"], answer["summary"]["errors"]) == (1, [])

    assert [row["runId"] for row in viewer.get(RUNS).json()["results"]] == [answer["runId"]]
    whole = viewer.get(f"{RUNS}/{answer['runId']}").json()
    assert (whole["status"], whole["trigger"], whole["actionsCount"]) == ("completed", "user", 1)
    assert whole["actions"][0]["actionId"] == str(action.public_id)
    assert whole["settings"]["goals"][0]["key"] == "traffic"


def test_a_repeated_key_is_the_same_run(shop: Meta, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    started("traffic")
    api = person(shop.account, Role.MANAGER)
    moments = iter([NOW, NOW.replace(minute=NOW.minute + 1)])
    monkeypatch.setattr("optimization.api.orchestrator.business_now", lambda account: next(moments))
    said = [
        api.post("/api/orchestrator/run", {}, format="json", HTTP_IDEMPOTENCY_KEY="k1").json()["runId"]
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert OrchestratorRun.objects.count() == 1


def test_a_goal_is_made_changed_switched_and_removed(shop: Meta) -> None:
    api = person(shop.account, Role.MANAGER)
    made = api.post(GOALS, {"key": "traffic", "priority": 4, "budget_hint": "12.50"}, format="json")
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["signal"], told["priority"], told["budget_hint"], told["active"]) == ("link_click", 4, "12.50", False)
    assert told["template"]["objective"] == "OUTCOME_TRAFFIC"
    one = f"{GOALS}/{told['id']}"
    assert api.patch(one, {"priority": 2}, format="json").json()["priority"] == 2
    assert api.post(f"{one}/toggle", {"active": True}, format="json").json()["active"] is True
    assert api.delete(one).json()["code"] == "in_use"
    assert api.post(f"{one}/toggle", {"active": False}, format="json").json()["active"] is False
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    changes = [event.payload["change"] for event in LedgerEvent.objects.filter(kind="goal_changed").order_by("id")]
    assert changes == ["saved", "saved", "switched_on", "switched_off", "removed"]


def test_creatives_are_picked_made_and_decided_on(shop: Meta) -> None:
    api = person(shop.account, Role.MANAGER)
    one = f"{GOALS}/{api.post(GOALS, {'key': 'traffic'}, format='json').json()['id']}/creatives"
    known = creatives(shop.account)[0]
    picked = api.post(one, {"creative_id": known}, format="json")
    assert (picked.status_code, picked.json()["origin"], picked.json()["creative_id"]) == (201, "creative", known)
    assert api.post(one, {"creative_id": known}, format="json").json()["field_errors"].keys() == {"creative_id"}
    assert api.post(one, {"creative_id": known, "name": "Mine"}, format="json").status_code == 400
    wrong = api.post(one, {"image_hash": "abc123def", "link": "nowhere"}, format="json")
    assert (wrong.status_code, set(wrong.json()["field_errors"])) == (400, {"name", "link"})

    spec = {"name": "Blue", "image_hash": "abc123def", "link": "https://shop.example/", "message": "New"}
    made = api.post(one, spec, format="json").json()
    assert (made["state"], made["origin"], made["spec"]["message"], made["action"]) == ("draft", "made", "New", None)
    assert not Action.objects.exists()
    door = f"{one}/{made['id']}/decide"
    approved = api.post(door, {"decision": "approve"}, format="json").json()
    assert (approved["state"], approved["action"]) == ("approved", str(Action.objects.get().public_id))
    assert api.post(door, {"decision": "reject"}, format="json").json()["state"] == "rejected"
    assert api.post(f"{one}/{uuid.uuid4()}/decide", {"decision": "reject"}, format="json").status_code == 404
    assert shop.control.writes() == []


def test_a_goal_that_proposed_something_stays(shop: Meta, started: Started) -> None:
    goal, api = started("traffic"), person(shop.account, Role.MANAGER)
    api.post("/api/orchestrator/run", {}, format="json")
    api.post(f"{GOALS}/{goal.public_id}/toggle", {"active": False}, format="json")
    assert api.delete(f"{GOALS}/{goal.public_id}").status_code == 409
    assert Goal.objects.filter(pk=goal.pk, active=False).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "world_peace"}, "key"),
        ({"priority": 6}, "priority"),
        ({"budget_hint": "-1"}, "budget_hint"),
        ({"template": {"objective": "OUTCOME_TRAFFIC"}}, "template.optimization_goal"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(manager: User, changes: dict[str, Any], field: str) -> None:
    answer = calling(manager).post(GOALS, {"key": "traffic", **changes}, format="json")
    assert (answer.status_code, list(answer.json()["field_errors"])) == (400, [field])
    assert not Goal.objects.exists()


def test_a_signal_that_never_occurred_is_a_conflict(manager: User) -> None:
    api = calling(manager)
    one = f"{GOALS}/{api.post(GOALS, {'key': 'leads'}, format='json').json()['id']}"
    answer = api.post(f"{one}/toggle", {"active": True}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert api.get(GOALS, {"active": "true"}).json()["results"] == []


def test_viewers_look_and_strangers_see_nothing(manager: User, viewer: User, stranger: User) -> None:
    made = calling(manager).post(GOALS, {"key": "leads"}, format="json").json()
    one, watching, outside = f"{GOALS}/{made['id']}", calling(viewer), calling(stranger)
    assert [row["id"] for row in watching.get(GOALS).json()["results"]] == [made["id"]]
    assert watching.patch(one, {"priority": 1}, format="json").status_code == 403
    assert watching.delete(one).status_code == 403
    assert outside.get(GOALS).json()["results"] == []
    assert outside.get(one).status_code == 404
    assert outside.get(f"{RUNS}/{uuid.uuid4()}").status_code == 404
