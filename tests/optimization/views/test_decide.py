"""Approve, reject, modify, take back, undo: through the same doors with and without JavaScript."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount, AdSet, SwitchState
from optimization.models import Action, EmergencyStop, Status
from optimization.queue.locks import lock
from tests.factories.metaads import AdAccountFactory
from tests.optimization.views.conftest import MakeAction, signed_in

HTMX = {"HX-Request": "true"}


def door(action: Action, name: str) -> str:
    return f"/actions/{action.public_id}/{name}/"


def status_of(action: Action) -> str:
    action.refresh_from_db()
    return action.status


def test_a_manager_approves_without_javascript_and_lands_where_they_were(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro)
    answer = page.post(door(action, "approve"), {"version": "1", "next": "/actions/?show=waiting"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/actions/?show=waiting"
    assert status_of(action) == Status.APPROVED


def test_approving_on_a_card_answers_with_its_live_state_and_a_way_back(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro)
    html = page.post(door(action, "approve"), {"version": "1", "view": "card"}, headers=HTMX).content.decode()
    assert "Approved, starting…" in html
    assert 'hx-trigger="every 1s"' in html
    assert door(action, "back") in html


@pytest.mark.parametrize("digits", [15, 25, 40, 400])
def test_an_amount_of_any_length_is_answered(
    page: Client, euro: AdAccount, make_action: MakeAction, digits: int
) -> None:
    action = make_action(euro)
    answer = page.post(door(action, "modify"), {"amount": "9" * digits})
    assert answer.status_code == 409
    assert '<div class="notice notice-bad" role="alert">' in answer.content.decode()
    assert status_of(action) == Status.PENDING


@pytest.mark.parametrize("name", ["ENABLE_RULES_ENGINE", "ENABLE_INTELLIGENCE"])
def test_while_its_stage_is_off_a_proposal_is_hidden_and_cannot_be_approved(
    page: Client, euro: AdAccount, make_action: MakeAction, name: str
) -> None:
    action, done = make_action(euro), make_action(euro, status=Status.EXECUTED, entity_name="Done before")
    SwitchState.objects.create(name=name, on=False)
    for path in ("/", "/actions/"):
        text = page.get(path).content.decode()
        assert action.entity_name not in text, path
        assert "Proposals are not offered now" in text
        assert f"{name} was turned off in admin" in text
    assert done.entity_name in page.get("/actions/?show=history").content.decode()
    text = page.get(f"/actions/{action.public_id}/").content.decode()
    assert door(action, "approve") not in text
    assert door(action, "modify") not in text
    answer = page.post(door(action, "approve"), {"version": "1"})
    assert answer.status_code == 409
    assert "not offered for approval until it is on" in answer.content.decode()
    assert status_of(action) == Status.PENDING
    page.post(door(action, "reject"), {"reason": "never"})
    assert status_of(action) == Status.REJECTED


def test_a_redirect_never_leaves_this_site(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    answer = page.post(door(action, "approve"), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == f"/actions/{action.public_id}/"


@pytest.mark.parametrize("name", ["approve", "reject", "modify", "cancel", "undo", "back"])
def test_a_viewer_may_not_decide(viewer: User, euro: AdAccount, make_action: MakeAction, name: str) -> None:
    action = make_action(euro)
    answer = signed_in(viewer).post(door(action, name), {"reason": "no", "amount": "10"})
    assert answer.status_code == 403
    assert status_of(action) == Status.PENDING


@pytest.mark.parametrize("name", ["approve", "reject", "modify", "cancel", "undo", "back"])
def test_an_action_of_another_account_does_not_exist(
    page: Client, yen: AdAccount, make_action: MakeAction, name: str
) -> None:
    action = make_action(yen)
    assert page.post(door(action, name), {"reason": "no", "amount": "10"}).status_code == 404
    assert page.get(f"/actions/{action.public_id}/").status_code == 404
    assert page.get(door(action, "card")).status_code == 404
    assert status_of(action) == Status.PENDING


@pytest.mark.parametrize("name", ["approve", "reject", "modify", "cancel", "undo", "back"])
def test_a_get_changes_nothing(page: Client, euro: AdAccount, make_action: MakeAction, name: str) -> None:
    action = make_action(euro)
    assert page.get(door(action, name)).status_code == 405
    assert status_of(action) == Status.PENDING


def test_nobody_decides_without_logging_in(client: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    answer = client.post(door(action, "approve"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert status_of(action) == Status.PENDING


def test_who_comes_second_reads_who_was_first(
    page: Client, manager: User, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro)
    page.post(door(action, "approve"))
    answer = page.post(door(action, "approve"))
    assert answer.status_code == 409
    assert "already approved by marta" in answer.content.decode()


def test_a_proposal_that_changed_since_it_was_seen_is_not_approved(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro, version=2)
    answer = page.post(door(action, "approve"), {"version": "1"})
    assert answer.status_code == 409
    assert "has changed since you looked" in answer.content.decode()
    assert status_of(action) == Status.PENDING


def test_rejecting_needs_a_reason(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    assert page.post(door(action, "reject"), {"reason": " "}).status_code == 409
    assert status_of(action) == Status.PENDING
    page.post(door(action, "reject"), {"reason": "bad moment"})
    assert status_of(action) == Status.REJECTED


@pytest.mark.parametrize("typed", ["-5", "0", "a lot", "1.234", "NaN", "1e9", ""])
def test_an_odd_amount_is_refused_and_what_was_typed_stays(
    page: Client, euro: AdAccount, make_action: MakeAction, typed: str
) -> None:
    action = make_action(euro)
    answer = page.post(door(action, "modify"), {"amount": typed, "view": "card"}, headers=HTMX)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert 'data-part="modify" open' in html
    assert f'value="{typed}"' in html
    assert status_of(action) == Status.PENDING


@pytest.mark.parametrize(("typed", "minor"), [("90", 9_000), ("90,50", 9_050), ("1,234.50", 123_450), ("84.5", 8_450)])
def test_an_amount_means_what_it_says(
    page: Client, euro: AdAccount, make_action: MakeAction, typed: str, minor: int
) -> None:
    action = make_action(euro)
    page.post(door(action, "modify"), {"amount": typed, "note": "I know more"})
    assert status_of(action) == Status.APPROVED
    assert action.value_final == minor


def test_a_step_that_rails_advise_against_needs_a_reason_and_keeps_the_amount(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro)
    answer = page.post(door(action, "modify"), {"amount": "1234.50"})
    assert status_of(action) == Status.PENDING
    text = answer.content.decode()
    assert "Say why it is right all the same." in text
    assert "1234.50" in text


def test_the_way_back_takes_back_what_has_not_begun(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    page.post(door(action, "approve"))
    page.post(door(action, "back"))
    assert status_of(action) == Status.CANCELLED


def test_undo_makes_an_action_that_puts_the_old_value_back(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro, status=Status.EXECUTED)
    AdSet.objects.filter(meta_id=action.entity_id).update(daily_budget=8_400)
    assert page.post(door(action, "undo")).status_code == 302
    undo = action.undos.get()
    assert (undo.status, undo.value_final) == (Status.APPROVED, 12_000)


def test_the_page_of_a_refused_decision_asks_for_itself_again_not_for_the_door(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro)
    html = page.post(door(action, "modify"), {"amount": "a lot"}).content.decode()
    assert f'name="next" value="/actions/{action.public_id}/"' in html
    assert f'hx-get="{door(action, "modify")}"' not in html


@pytest.mark.parametrize("everything", [True, False])
def test_during_a_stop_the_pages_say_that_an_approval_waits(
    page: Client, euro: AdAccount, make_action: MakeAction, everything: bool
) -> None:
    action = make_action(euro)
    EmergencyStop.objects.create(account=None if everything else euro, reason="Wrong feed", set_at=timezone.now())
    for path in ("/", "/actions/", f"/actions/{action.public_id}/"):
        html = page.get(path).content.decode()
        assert "nothing is carried out until it is lifted" in html, path
        assert "(waits until the stop is lifted)" in html, path
    picked = {"ids": f"{action.pk}:1", "decision": "approve"}
    assert "What is approved now waits" in page.post("/actions/decide/", picked).content.decode()
    html = page.post(door(action, "approve"), {"version": "1", "view": "card"}, headers=HTMX).content.decode()
    assert "Approved, waiting" in html
    assert "Wrong feed. It is carried out once that is lifted." in html


def test_a_stop_elsewhere_changes_no_card(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    make_action(euro)
    EmergencyStop.objects.create(account=AdAccountFactory.create(), set_at=timezone.now())
    assert "waits until the stop is lifted" not in page.get("/actions/").content.decode()


def test_a_rules_proposal_on_a_locked_ad_set_says_by_whom_and_offers_no_approval(
    page: Client, euro: AdAccount, make_action: MakeAction, manager: User
) -> None:
    action = make_action(euro)
    lock(euro, "adset", action.entity_id, manager, timezone.now(), reason="Launch week")
    for path in ("/", "/actions/", f"/actions/{action.public_id}/"):
        html = page.get(path).content.decode()
        assert "Locked against automation by marta until it is released: Launch week." in html, path
        assert f'href="/adsets/{action.entity_id}/"' in html, path
        assert '<button type="submit" class="button button-primary" disabled>Approve' in html, path
    answer = page.post(door(action, "approve"), {"version": "1"})
    assert answer.status_code == 409
    assert "Release the lock first" in answer.content.decode()
    assert status_of(action) == Status.PENDING
