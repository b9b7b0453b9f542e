"""The queue under /meta/optimization/: its words, its numbers, and an execution that is waited for."""

from datetime import timedelta
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from metaads.models import AdAccount, AdSet, Role
from optimization.dispatch import run_action
from optimization.models import Action, LedgerEvent, Source, Status
from tests.factories.metaads import AdFactory, AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import pause_action
from tests.optimization.api.conftest import calling
from tests.optimization.api.test_actions import ad_set, proposed
from tests.optimization.conftest import Meta

__all__ = ["ad_set"]
QUEUE = "/meta/optimization"
ITEM = {
    *("action_id", "campaign_id", "ad_id", "action_type", "target_level", "target_id", "amount_pct", "reason"),
    *("confidence", "roas_value", "status", "created_by", "created_at", "expires_at", "version"),
}


def test_without_status_it_lists_what_is_suggested_and_pending(viewer: User, ad_set: AdSet) -> None:
    waiting = proposed(ad_set, metrics={"roas_7d": 3.25}, confidence=0.8)
    approved = proposed(AdSetFactory.create(campaign=ad_set.campaign), 12_000, status=Status.APPROVED)
    proposed(ad_set, status=Status.EXECUTED)
    found = calling(viewer).get(f"{QUEUE}/queue").json()["results"]
    assert [(row["action_id"], row["status"]) for row in found] == [
        (str(approved.public_id), "pending"),
        (str(waiting.public_id), "suggested"),
    ]
    assert set(found[0]) == ITEM
    assert (found[0]["action_type"], found[1]["action_type"]) == ("scale_up", "scale_down")
    assert (found[1]["roas_value"], found[0]["roas_value"]) == (3.25, None)


def test_it_filters_in_its_own_words(viewer: User, euro: AdAccount, ad_set: AdSet) -> None:
    proposed(ad_set)
    flying = proposed(AdSetFactory.create(campaign__account=euro), status=Status.UNCERTAIN)
    pause = pause_action(AdSetFactory.create(campaign__account=euro), proposed_at=timezone.now())
    api = calling(viewer)

    def ids(query: str) -> list[str]:
        return [row["action_id"] for row in api.get(f"{QUEUE}/queue?{query}").json()["results"]]

    assert ids("status=executing") == [str(flying.public_id)]
    assert ids("action_type=pause") == [str(pause.public_id)]
    assert ids(f"campaign_id={pause.campaign_id}") == [str(pause.public_id)]
    assert len(ids("limit=1")) == 1
    assert api.get(f"{QUEUE}/queue?status=approved").status_code == 400
    assert api.get(f"{QUEUE}/queue?state=pending").status_code == 400


def test_who_wanted_it_and_whose_ad_it_is(viewer: User, euro: AdAccount, ad_set: AdSet) -> None:
    asked_of = {"level": "ad", "id": "77", "name": "An ad"}
    proposed(ad_set, source=Source.OPTIMIZER, alone=True, metrics={"asked_of": asked_of}, status=Status.APPROVED)
    person: User = UserFactory.create(username="petra")
    proposed(AdSetFactory.create(campaign__account=euro), source=Source.PERSON, proposed_by=person)
    ad = AdFactory.create(ad_set=ad_set)
    pause_action(ad_set, level="ad", entity_id=ad.meta_id, proposed_at=timezone.now())
    found = calling(viewer).get(f"{QUEUE}/queue").json()["results"]
    assert [(row["created_by"], row["ad_id"]) for row in found] == [
        ("rule", ad.meta_id),
        ("petra", None),
        ("optimizer_auto", "77"),
    ]


def test_the_numbers_count_each_state_and_todays_ends(viewer: User, ad_set: AdSet) -> None:
    now = timezone.now()
    proposed(ad_set, confidence=0.5)
    proposed(ad_set, 12_000, status=Status.SUGGESTED, confidence=0.7)
    proposed(ad_set, status=Status.APPROVED, confidence=0.9)
    proposed(ad_set, status=Status.EXECUTING)
    proposed(ad_set, status=Status.EXECUTED, finished_at=now)
    proposed(ad_set, status=Status.EXECUTED, finished_at=now - timedelta(days=2))
    proposed(ad_set, status=Status.FAILED, finished_at=now)
    told = calling(viewer).get(f"{QUEUE}/stats").json()
    assert told.pop("avg_confidence") == pytest.approx(0.7)
    assert told == {
        "total_suggested": 2,
        "total_pending": 1,
        "total_executing": 1,
        "total_executed_today": 1,
        "total_failed_today": 1,
    }


def test_nothing_known_is_null_and_not_zero(viewer: User, stranger: User, ad_set: AdSet) -> None:
    proposed(ad_set)
    assert calling(viewer).get(f"{QUEUE}/stats").json()["avg_confidence"] is None
    assert calling(stranger).get(f"{QUEUE}/stats").json()["total_suggested"] == 0


def test_approving_and_cancelling_answer_in_their_shapes(manager: User, viewer: User, ad_set: AdSet) -> None:
    action = proposed(ad_set)
    api = calling(manager)
    assert calling(viewer).delete(f"{QUEUE}/cancel/{action.public_id}").status_code == 403
    told = api.post(f"{QUEUE}/approve/{action.public_id}", {"notes": "go"}, format="json").json()
    assert (told["status"], told["approved_by"], set(told)) == (
        "pending",
        "marta",
        {"action_id", "status", "approved_by", "approved_at"},
    )
    gone = api.delete(f"{QUEUE}/cancel/{action.public_id}")
    assert gone.json() == {"action_id": str(action.public_id), "status": "cancelled"}
    again = api.delete(f"{QUEUE}/cancel/{action.public_id}")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert api.get(f"{QUEUE}/nothing").status_code == 404


@pytest.mark.parametrize("door", ["approve", "execute"])
def test_what_has_changed_since_it_was_looked_at_is_not_approved(
    manager: User, ad_set: AdSet, settings: Any, door: str
) -> None:
    settings.EXECUTE_WAIT = timedelta(0)
    action = proposed(ad_set)
    api, path = calling(manager), f"{QUEUE}/{door}/{action.public_id}"
    seen = api.get(f"{QUEUE}/queue").json()["results"][0]["version"]
    Action.objects.update(version=seen + 1)
    for more in [{}] if door == "approve" else [{}, {"dry_run": True}]:
        refused = api.post(path, {"version": seen, **more}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    action.refresh_from_db()
    assert action.status == Status.PENDING
    assert api.post(path, {"version": seen + 1}, format="json").status_code in {200, 202}
    action.refresh_from_db()
    assert action.status == Status.APPROVED
    again = api.post(path, {"version": seen}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "stale" if door == "execute" else "already_decided")


def test_execute_answers_202_while_no_worker_has_come(manager: User, ad_set: AdSet, settings: Any) -> None:
    settings.EXECUTE_WAIT = timedelta(0)
    action = proposed(ad_set)
    answer = calling(manager).post(f"{QUEUE}/execute/{action.public_id}", {}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert answer.json()["details"]["old_budget"] == "100.00"
    assert answer.json()["details"]["new_budget"] == "80.00"


def test_execute_waits_for_the_worker_and_tells_metas_answer(meta: Meta, settings: Any) -> None:
    settings.EXECUTE_WAIT = timedelta(seconds=10)
    own = AdSet.objects.filter(account=meta.account, daily_budget__isnull=False).first()
    assert own is not None
    user: User = UserFactory.create(username="marta")
    MembershipFactory.create(user=user, account=meta.account, role=Role.MANAGER)
    action = proposed(own, (own.daily_budget or 0) - 1, source=Source.PERSON)
    worker = Thread(target=_carry_out, args=(action,))
    worker.start()
    answer = calling(user).post(f"{QUEUE}/execute/{action.public_id}", {"dry_run": False}, format="json")
    worker.join()
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "executed"), told
    assert told["meta_response"] == {"success": True}
    again = calling(user).post(f"{QUEUE}/execute/{action.public_id}", {}, format="json")
    assert (again.status_code, again.json()["status"]) == (200, "executed")
    assert LedgerEvent.objects.filter(kind="optimization_approved").count() == 1


def _carry_out(action: Action) -> None:
    """As the worker does: looks until it is approved, then carries it out."""
    try:
        for _ in range(100):
            action.refresh_from_db()
            if action.status == Status.APPROVED:
                run_action(action.pk, timezone.now())
                return
            sleep(0.05)
    finally:
        connection.close()


def test_a_dry_run_decides_nothing_and_writes_nothing(meta: Meta) -> None:
    own = AdSet.objects.filter(account=meta.account, daily_budget__isnull=False).first()
    assert own is not None
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=meta.account, role=Role.MANAGER)
    action = proposed(own, (own.daily_budget or 0) - 1, source=Source.PERSON)
    answer = calling(user).post(f"{QUEUE}/execute/{action.public_id}", {"dry_run": True}, format="json")
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "suggested")
    assert told["details"]["message"] == "Dry run: it would be carried out."
    assert told["meta_response"]["ok"] is True
    assert [step["meta"] for step in told["meta_response"]["steps"]] == ["Meta would accept it."]
    assert (meta.posts(own.meta_id), LedgerEvent.objects.filter(action_id=action.public_id).count()) == ([], 0)
    alone = calling(user).post(f"/api/intelligence/actions/{action.public_id}/rehearse").json()
    assert (alone["ok"], alone["reason"]) == (True, "")
