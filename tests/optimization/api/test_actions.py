"""Actions over the API: who sees which, what a decision answers, and what is refused with which code."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from metaads.models import AdAccount, AdSet
from optimization.models import Action, LedgerEvent, Outcome, Status
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import budget_action, pause_action
from tests.optimization.api.conftest import calling

ACTIONS = "/api/intelligence/actions"


@pytest.fixture
def ad_set(euro: AdAccount) -> AdSet:
    made: AdSet = AdSetFactory.create(campaign__account=euro, daily_budget=10_000)
    return made


def proposed(ad_set: AdSet, wanted: int = 8_000, **columns: Any) -> Action:
    now = timezone.now()
    times = {"proposed_at": now, "refreshed_at": now, "expires_at": now + timedelta(hours=48)}
    return budget_action(ad_set, wanted, **{**times, **columns})


def test_a_list_is_of_ones_own_accounts_newest_first(viewer: User, stranger: User, ad_set: AdSet) -> None:
    first = proposed(ad_set)
    second = proposed(AdSetFactory.create(campaign=ad_set.campaign))
    proposed(AdSetFactory.create())
    found = calling(viewer).get(ACTIONS).json()["results"]
    assert [row["id"] for row in found] == [str(second.public_id), str(first.public_id)]
    assert found[1]["account"] == ad_set.account.meta_id
    assert (found[1]["value_before"], found[1]["value_final"], found[1]["at_stake"]) == (10_000, 8_000, "20.00")
    assert calling(stranger).get(ACTIONS).json()["results"] == []


def test_seven_days_are_shown_unless_asked_and_what_waits_always(viewer: User, ad_set: AdSet) -> None:
    month_ago = timezone.now() - timedelta(days=30)
    done = proposed(ad_set, proposed_at=month_ago, status=Status.EXECUTED)
    waiting = proposed(ad_set, proposed_at=month_ago)
    api = calling(viewer)
    assert [row["id"] for row in api.get(ACTIONS).json()["results"]] == [str(waiting.public_id)]
    assert str(done.public_id) in {row["id"] for row in api.get(f"{ACTIONS}?days=31").json()["results"]}
    assert api.get(f"{ACTIONS}?days=0").status_code == 400


def test_filters_narrow_and_refuse_what_does_not_exist(viewer: User, ad_set: AdSet) -> None:
    waiting, done = proposed(ad_set), proposed(ad_set, status=Status.EXECUTED)
    pause = pause_action(AdSetFactory.create(campaign=ad_set.campaign), proposed_at=timezone.now())
    api = calling(viewer)

    def ids(query: str) -> set[str]:
        return {row["id"] for row in api.get(f"{ACTIONS}?{query}").json()["results"]}

    assert ids("status=executed") == {str(done.public_id)}
    assert ids("status=executed&status=pending_approval&kind=decrease_budget") == {
        str(done.public_id),
        str(waiting.public_id),
    }
    assert ids("kind=pause") == {str(pause.public_id)}
    assert ids(f"entity_id={ad_set.meta_id}&account={ad_set.account.meta_id}") == {
        str(done.public_id),
        str(waiting.public_id),
    }
    assert ids("account=999") == set()
    refused = api.get(f"{ACTIONS}?status=done")
    assert (refused.status_code, set(refused.json()["field_errors"])) == (400, {"status"})


def test_one_action_is_told_in_full_and_a_strangers_is_a_404(viewer: User, stranger: User, ad_set: AdSet) -> None:
    action = proposed(ad_set, verdicts=[{"guard": "cooldown", "outcome": "pass"}])
    told = calling(viewer).get(f"{ACTIONS}/{action.public_id}").json()
    assert told["verdicts"] == [{"guard": "cooldown", "outcome": "pass"}]
    assert (told["outcomes"], told["attempts"], told["steps"]) == ([], [], [])
    assert calling(stranger).get(f"{ACTIONS}/{action.public_id}").status_code == 404


def test_an_approval_says_who_and_is_done_once(manager: User, ad_set: AdSet) -> None:
    action = proposed(ad_set)
    api = calling(manager)
    body = {"version": 1, "notes": "fine"}
    answers = [api.post(f"{ACTIONS}/{action.public_id}/approve", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
               for _ in range(2)]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["status"], answers[0].json()["decided_by"]) == ("approved", "marta")
    assert LedgerEvent.objects.filter(kind="optimization_approved").count() == 1


def test_refusals_have_codes_that_a_program_can_read(manager: User, viewer: User, ad_set: AdSet) -> None:
    action = proposed(ad_set)
    path = f"{ACTIONS}/{action.public_id}"
    assert calling(viewer).post(f"{path}/approve", {}, format="json").status_code == 403
    api = calling(manager)
    moved = api.post(f"{path}/approve", {"version": 7}, format="json")
    assert (moved.status_code, moved.json()["code"]) == (409, "stale")
    mute = api.post(f"{path}/reject", {}, format="json")
    assert (mute.status_code, set(mute.json()["field_errors"])) == (400, {"reason"})
    slip = api.post(f"{path}/approve", {"note": "x"}, format="json")
    assert (slip.status_code, set(slip.json()["field_errors"])) == (400, {"note"})
    assert api.post(f"{path}/reject", {"reason": "no"}, format="json").json()["status"] == "rejected"
    late = api.post(f"{path}/approve", {}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    assert "marta" in late.json()["detail"]


def test_a_modified_budget_is_in_the_major_unit_and_both_versions_stay(manager: User, ad_set: AdSet) -> None:
    action = proposed(ad_set)
    api = calling(manager)
    path = f"{ACTIONS}/{action.public_id}/modify"
    assert set(api.post(path, {"amount": "-1"}, format="json").json()["field_errors"]) == {"amount"}
    mute = api.post(path, {"amount": "90.00"}, format="json")
    assert (mute.status_code, set(mute.json()["field_errors"])) == (400, {"notes"})
    told = api.post(path, {"amount": "90.00", "notes": "enough"}, format="json").json()
    assert (told["status"], told["value_final"], told["value_wanted"]) == ("approved", 9_000, 8_000)
    assert (told["modified_from"]["value_final"], told["modified_from"]["kind"]) == (8_000, action.kind)
    assert [(one["guard"], one["why"]) for one in told["overridden"]] == [("data_age", "enough")]
    assert (told["approvals"], told["timed"]) == ([], None)
    assert LedgerEvent.objects.filter(kind="override_set").count() == 1


def test_an_undo_is_an_action_of_its_own(manager: User, ad_set: AdSet) -> None:
    action = proposed(ad_set, status=Status.EXECUTED, executed_at=timezone.now())
    AdSet.objects.update(daily_budget=8_000)
    answer = calling(manager).post(f"{ACTIONS}/{action.public_id}/undo")
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["undo_of"], answer.json()["value_final"]) == (str(action.public_id), 10_000)


def test_a_cancelled_proposal_is_closed(manager: User, ad_set: AdSet) -> None:
    action = proposed(ad_set)
    path = f"{ACTIONS}/{action.public_id}/cancel"
    assert calling(manager).post(path, {"reason": "later"}, format="json").json()["status"] == "cancelled"
    keep = calling(manager).post(f"{ACTIONS}/{action.public_id}/keep")
    assert (keep.status_code, keep.json()["code"]) == (409, "already_decided")


def test_the_other_design_reads_the_same_actions_in_its_words(viewer: User, ad_set: AdSet) -> None:
    cut, pause = proposed(ad_set), pause_action(ad_set, proposed_at=timezone.now())
    api = calling(viewer)
    found = {row["id"]: row["action_type"] for row in api.get("/api/optimization/actions").json()["results"]}
    assert found == {str(cut.public_id): "budget", str(pause.public_id): "pause"}
    only = api.get("/api/optimization/actions?action_type=budget").json()["results"]
    assert [row["id"] for row in only] == [str(cut.public_id)]


def test_the_numbers_say_what_was_saved_and_what_cannot_be_told(viewer: User, stranger: User, ad_set: AdSet) -> None:
    now = timezone.now()
    done = pause_action(ad_set, status=Status.EXECUTED, executed_at=now, proposed_at=now)
    unsure = proposed(ad_set, 12_000, status=Status.EXECUTED, executed_at=now)
    proposed(ad_set, 12_000, status=Status.EXECUTED, executed_at=now - timedelta(days=9), proposed_at=now)
    Outcome.objects.create(action=done, horizon="24h", due_at=now, verdict="better", effect=500, low=100, high=900)
    Outcome.objects.create(action=done, horizon="72h", due_at=now, verdict="better", effect=1_550, low=1, high=3_000)
    Outcome.objects.create(action=unsure, horizon="24h", due_at=now, verdict="cannot_tell", effect=-20, low=-90, high=9)
    told = calling(viewer).get(f"{ACTIONS}/stats?days=7").json()
    assert (told["triggered"], told["executed"]) == (3, 2)
    assert told["savings"] == [
        {"currency": "EUR", "saved": "15.50", "gained": "0.00", "lost": "0.00", "cannot_tell": "-0.20",
         "sure": 1, "unsure": 1}
    ]  # fmt: skip
    assert calling(stranger).get(f"{ACTIONS}/stats").json() == {"triggered": 0, "executed": 0, "savings": []}
    assert calling(stranger).get(f"{ACTIONS}/stats?account={ad_set.account.meta_id}").status_code == 404


def test_the_last_hours_are_looked_at_first_and_undone_once(manager: User, viewer: User, ad_set: AdSet) -> None:
    now = timezone.now()
    first = proposed(ad_set, 9_000, status=Status.EXECUTED, executed_at=now - timedelta(hours=2))
    second = proposed(ad_set, 8_000, value_before=9_000, status=Status.EXECUTED, executed_at=now - timedelta(hours=1))
    AdSet.objects.update(daily_budget=8_000)
    path, body = f"{ACTIONS}/revert", {"account": ad_set.account.meta_id, "hours": 4}
    assert calling(viewer).post(path, body, format="json").status_code == 403
    api = calling(manager)
    seen = api.post(path, {**body, "dry_run": True}, format="json").json()
    assert (seen["undos"], seen["effect_a_day"], len(seen["undone"])) == ([], "20.00", 2)
    done = api.post(path, body, format="json").json()
    assert set(done["undone"]) == {str(first.public_id), str(second.public_id)}
    (undo,) = done["undos"]
    assert Action.objects.get(public_id=undo).value_final == 10_000
    again = api.post(path, body, format="json").json()
    assert (again["undos"], [one["reason"] for one in again["left"]][:1]) == ([], ["It is being undone already."])
    assert set(api.post(path, {**body, "hours": 0}, format="json").json()["field_errors"]) == {"hours"}
