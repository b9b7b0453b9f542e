"""Actions by hand over the API: the page's service, its refusals as codes, and nothing done twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from intelligence.models import Freshness
from metaads.models import Ad, AdAccount
from notifications.models import Notification
from optimization.incident.stops import set_stop
from optimization.models import Action, Status
from tests.factories.metaads import AdFactory
from tests.factories.optimization import roomy
from tests.optimization.api.conftest import calling

ACTIONS = "/api/intelligence/actions"


@pytest.fixture
def ad(euro: AdAccount) -> Ad:
    for level in ("campaign", "adset", "ad"):
        Freshness.objects.create(account=euro, level=level, read_at=timezone.now() - timedelta(minutes=4))
    made: Ad = AdFactory.create(ad_set__campaign__account=euro)
    return made


def wish(ad: Ad, **changes: Any) -> dict[str, Any]:
    return {"kind": "pause", "level": "ad", "id": ad.meta_id, "reason": "It loses money", **changes}


def raised(ad: Ad, percent: int, **changes: Any) -> dict[str, Any]:
    parameters = {"percent": percent}
    return wish(ad, kind="increase_budget", level="adset", id=ad.ad_set.meta_id, parameters=parameters, **changes)


def test_it_is_done_as_on_the_page(manager: User, ad: Ad) -> None:
    answer = calling(manager).post(ACTIONS, wish(ad, timed={"hours": 4}), format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["source"], told["status"], told["proposed_by"]) == ("person", "approved", manager.username)
    assert Action.objects.get().timed == {"hours": 4}


def test_the_same_key_does_it_once(manager: User, ad: Ad) -> None:
    api = calling(manager)
    first = api.post(ACTIONS, wish(ad), format="json", headers={"Idempotency-Key": "k1"})
    again = api.post(ACTIONS, wish(ad), format="json", headers={"Idempotency-Key": "k1"})
    assert again.json()["id"] == first.json()["id"]
    assert Action.objects.count() == 1


def test_a_dry_run_says_what_it_would_do_and_stores_nothing(manager: User, ad: Ad) -> None:
    roomy(ad.account, ad.ad_set.meta_id)
    answer = calling(manager).post(ACTIONS, raised(ad, 70, dry_run=True), format="json")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["dry_run"], told["value_before"], told["value_final"]) == (True, 10_000, 17_000)
    assert (told["needs_override"], told["blocked_by"]) == (["budget_step"], [])
    assert len(told["verdicts"]) > 5
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "dance"}, 400, "kind"),
        ({"reason": ""}, 400, "reason"),
        ({"parameters": {"hard": True}}, 400, "parameters.hard"),
        ({"timed": {"hours": 0}}, 400, "timed.hours"),
        ({"level": "planet"}, 400, "level"),
        ({"surprise": 1}, 400, "surprise"),
        ({"id": "404"}, 404, ""),
    ],
)
def test_what_is_wrong_is_named_by_its_place(
    manager: User, ad: Ad, changes: dict[str, Any], code: int, field: str
) -> None:
    answer = calling(manager).post(ACTIONS, wish(ad, **changes), format="json")
    assert answer.status_code == code
    assert not field or field in answer.json()["field_errors"]
    assert not Action.objects.exists()


def test_rails_that_advise_ask_for_a_reason_and_hard_ones_refuse(manager: User, ad: Ad) -> None:
    api = calling(manager)
    refused = api.post(ACTIONS, raised(ad, 70), format="json")
    assert (refused.status_code, set(refused.json()["field_errors"])) == (400, {"override_reason"})
    assert api.post(ACTIONS, raised(ad, 70, override_reason="Sale tonight"), format="json").status_code == 201
    set_stop(ad.account, manager, timezone.now(), "Looks odd")
    held = api.post(ACTIONS, wish(ad, override_reason="I insist"), format="json")
    assert (held.status_code, held.json()["code"]) == (409, "held_back")


def test_a_viewer_changes_nothing_and_a_stranger_sees_nothing(viewer: User, stranger: User, ad: Ad) -> None:
    assert calling(viewer).post(ACTIONS, wish(ad), format="json").status_code == 403
    assert calling(viewer).post(ACTIONS, wish(ad, dry_run=True), format="json").status_code == 403
    assert calling(stranger).post(ACTIONS, wish(ad), format="json").status_code == 404
    assert not Action.objects.exists()


def test_the_other_designs_path_does_the_same(manager: User, ad: Ad) -> None:
    answer = calling(manager).post("/api/optimization/actions", wish(ad), format="json")
    assert answer.status_code == 201
    assert Action.objects.get().status == Status.APPROVED


def test_what_changes_nothing_at_meta_is_done_at_once(manager: User, ad: Ad) -> None:
    told = {"kind": "notify_only", "parameters": {"message": "Stock runs out on Friday"}}
    answer = calling(manager).post(ACTIONS, wish(ad, **told), format="json")
    assert (answer.status_code, answer.json()) == (202, {"done": f"Everybody on {ad.account.name} is told."})
    assert Notification.objects.get().body == "Stock runs out on Friday"
    refused = calling(manager).post(ACTIONS, wish(ad, **told, dry_run=True), format="json")
    assert refused.status_code == 400
    assert not Action.objects.exists()


def test_a_viewer_tells_nobody(viewer: User, ad: Ad) -> None:
    told = {"kind": "notify_only", "parameters": {"message": "Stock runs out"}}
    assert calling(viewer).post(ACTIONS, wish(ad, **told), format="json").status_code == 403
    assert not Notification.objects.exists()
