"""/calendar/: managers keep it for their accounts, the administrator for all, and the ledger knows."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from intelligence.models import CalendarEvent
from metaads.models import AdAccount, Membership, Role
from optimization.models import LedgerEvent
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW
from tests.optimization.views.test_campaigns import html


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def entered(of: AdAccount | None, **changes: str) -> dict[str, str]:
    values = {
        "name": "Black Friday",
        "kind": "promotion",
        "account": str(of.pk) if of else "all",
        "first_day": "2026-11-27",
        "last_day": "2026-11-30",
        "effect": "ROAS up, CPM up",
    }
    return {**values, **changes}


def make(account: AdAccount | None, **changes: Any) -> CalendarEvent:
    values = {"name": "Sale", "first_day": date(2026, 11, 19), "last_day": date(2026, 11, 21), **changes}
    made: CalendarEvent = CalendarEvent.objects.create(account=account, **values)
    return made


def payloads() -> list[dict[str, Any]]:
    return [event.payload for event in LedgerEvent.objects.order_by("id")]


def test_a_manager_adds_changes_and_removes_an_event(page: Client, euro: AdAccount, manager: User) -> None:
    assert page.post("/calendar/", entered(euro)).status_code == 302
    event = CalendarEvent.objects.get()
    assert (event.account, event.created_by, event.last_day) == (euro, manager, date(2026, 11, 30))
    assert "Black Friday" in html(page, "/calendar/")
    page.post(f"/calendar/{event.pk}/", entered(euro, name="Cyber Week"))
    event.refresh_from_db()
    assert event.name == "Cyber Week"
    page.post(f"/calendar/{event.pk}/remove/")
    assert not CalendarEvent.objects.exists()
    told = payloads()
    assert [one["calendar_event"] and one["calendar_event"]["name"] for one in told] == [
        "Black Friday",
        "Cyber Week",
        None,
    ]
    assert told[1]["before"]["name"] == "Black Friday"
    assert {event.user_id for event in LedgerEvent.objects.all()} == {manager.pk}


def test_an_event_that_moves_is_in_the_ledger_of_both_accounts(
    page: Client, manager: User, euro: AdAccount, yen: AdAccount
) -> None:
    MembershipFactory.create(user=manager, account=yen)
    event = make(euro)
    page.post(f"/calendar/{event.pk}/", entered(yen))
    assert set(LedgerEvent.objects.values_list("account_id", flat=True)) == {euro.pk, yen.pk}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"last_day": "2026-11-01"}, "ends before it begins"),
        ({"last_day": "2029-11-01"}, "more than a year"),
        ({"name": ""}, "required"),
        ({"name": "   "}, "required"),
        ({"kind": "party"}, "Select a valid choice"),
        ({"first_day": "soon"}, "Enter a valid date"),
        ({"account": "999999"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    page: Client, euro: AdAccount, changes: dict[str, str], said: str
) -> None:
    answer = page.post("/calendar/", entered(euro, **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CalendarEvent.objects.exists()
    assert not payloads()


def test_only_the_administrator_enters_events_of_all_accounts(page: Client, euro: AdAccount) -> None:
    assert page.post("/calendar/", entered(None)).status_code == 422
    owner = UserFactory.create(is_superuser=True)
    assert signed_in(owner).post("/calendar/", entered(None)).status_code == 302
    event = CalendarEvent.objects.get()
    assert event.account is None
    assert "Black Friday" in html(page, "/calendar/"), "everybody sees it"
    assert page.post(f"/calendar/{event.pk}/remove/").status_code == 403
    assert LedgerEvent.objects.get().chain == "installation"


def test_a_viewer_reads_and_changes_nothing(viewer: User, euro: AdAccount) -> None:
    event, client = make(euro), signed_in(viewer)
    text = html(client, "/calendar/")
    assert "Sale" in text
    assert "Add an event" not in text
    assert client.post("/calendar/", entered(euro)).status_code == 403
    assert client.post(f"/calendar/{event.pk}/", entered(euro)).status_code == 403
    assert client.post(f"/calendar/{event.pk}/remove/").status_code == 403
    assert client.get(f"/calendar/{event.pk}/remove/").status_code == 405
    assert CalendarEvent.objects.get().name == "Sale"


def test_another_accounts_event_does_not_exist(page: Client, euro: AdAccount, yen: AdAccount) -> None:
    event = make(yen)
    assert "Sale" not in html(page, "/calendar/")
    assert page.get(f"/calendar/{event.pk}/").status_code == 404
    assert page.post(f"/calendar/{event.pk}/remove/").status_code == 404
    assert page.post("/calendar/", entered(yen)).status_code == 422
    assert CalendarEvent.objects.count() == 1


def test_a_manager_of_one_account_cannot_move_an_event_into_one_they_only_watch(
    page: Client, manager: User, euro: AdAccount, yen: AdAccount
) -> None:
    Membership.objects.create(user=manager, account=yen, role=Role.VIEWER)
    event = make(euro)
    assert page.post(f"/calendar/{event.pk}/", entered(yen)).status_code == 422
    event.refresh_from_db()
    assert event.account == euro


def test_running_past_and_coming_events_are_told_apart(page: Client, euro: AdAccount) -> None:
    make(euro)
    make(euro, name="Old", first_day=date(2026, 1, 1), last_day=date(2026, 1, 1))
    make(euro, name="Next", first_day=date(2026, 12, 1), last_day=date(2026, 12, 1))
    text = html(page, "/calendar/")
    for word in ("running", "over", "to come"):
        assert re.search(rf"<td>{word}\s*</td>", text), word
    assert "2026-01-01" in page.get("/calendar/?csv=events").content.decode()


def test_names_are_escaped(page: Client, euro: AdAccount) -> None:
    make(euro, name="<script src=//x></script>")
    assert "<script src=//x>" not in html(page, "/calendar/")
    assert "<script src=//x>" not in html(page, "/")
