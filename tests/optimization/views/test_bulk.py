"""Decisions on several: one confirmation with the total, then each by itself."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdAccount
from optimization.models import Action, Status
from tests.factories.metaads import MembershipFactory
from tests.optimization.views.conftest import MakeAction, signed_in


def test_the_confirmation_shows_the_total_per_currency_and_changes_nothing(
    page: Client, manager: User, euro: AdAccount, yen: AdAccount, make_action: MakeAction
) -> None:
    MembershipFactory.create(user=manager, account=yen)
    rows = [make_action(euro), make_action(euro), make_action(yen)]
    text = page.post("/actions/decide/", {"ids": [a.pk for a in rows], "decision": "approve"}).content.decode()
    assert "−72.00 EUR a day" in text
    assert "−3,600 JPY a day" in text
    assert not Action.objects.exclude(status=Status.PENDING).exists()


def test_confirmed_each_is_decided_by_itself(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    good, stale = make_action(euro), make_action(euro, stale_reason="CPA is back under its target.")
    data = {"ids": [f"{good.pk}:1", f"{stale.pk}:1"], "decision": "approve", "confirmed": "1"}
    text = page.post("/actions/decide/", data, follow=True).content.decode()
    assert "Approved: 1 of 2." in text
    assert "CPA is back under its target" in text


def test_list_and_confirmation_name_the_version_that_was_seen(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    action = make_action(euro, version=3)
    pair = f'name="ids" value="{action.pk}:3"'
    assert pair in page.get("/actions/").content.decode()
    assert pair in page.post("/actions/decide/", {"ids": [f"{action.pk}:3"]}).content.decode()


@pytest.mark.parametrize("seen", ["{pk}:1", "{pk}:2", "{pk}", "{pk}:0"])
def test_what_changed_since_it_was_seen_is_not_approved(
    page: Client, euro: AdAccount, make_action: MakeAction, seen: str
) -> None:
    action = make_action(euro, version=3)
    data = {"ids": [seen.format(pk=action.pk)], "decision": "approve", "confirmed": "1"}
    text = page.post("/actions/decide/", data, follow=True).content.decode()
    assert "has changed since you looked" in text
    action.refresh_from_db()
    assert action.status == Status.PENDING


@pytest.mark.parametrize("odd", ["x", "", "1:1:1", "²", "9" * 30, "-1:1"])
def test_odd_ids_select_nothing(page: Client, euro: AdAccount, make_action: MakeAction, odd: str) -> None:
    make_action(euro)
    answer = page.post("/actions/decide/", {"ids": [odd], "decision": "approve", "confirmed": "1"}, follow=True)
    assert "Nothing was selected" in answer.content.decode()


def test_actions_of_other_accounts_are_left_alone(page: Client, yen: AdAccount, make_action: MakeAction) -> None:
    action = make_action(yen)
    page.post("/actions/decide/", {"ids": [f"{action.pk}:1"], "decision": "approve", "confirmed": "1"})
    action.refresh_from_db()
    assert action.status == Status.PENDING


def test_rejecting_several_needs_one_reason(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    data = {"ids": [action.pk], "decision": "reject", "confirmed": "1"}
    assert page.post("/actions/decide/", data).status_code == 422
    page.post("/actions/decide/", {**data, "reason": "sale ends tonight"})
    action.refresh_from_db()
    assert (action.status, action.decision_note) == (Status.REJECTED, "sale ends tonight")


def test_a_viewer_cannot(viewer: User, euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    answer = signed_in(viewer).post("/actions/decide/", {"ids": [action.pk], "decision": "approve"})
    assert answer.status_code == 403
