"""Calendar events in admin go through their door, by role."""

from typing import Any

from django.test import Client

from intelligence.models import CalendarEvent
from metaads.models import AdAccount, Role
from optimization.models import LedgerEvent
from tests.factories.metaads import AdAccountFactory
from tests.optimization.admin.test_admin import account, root, staff
from tests.optimization.views.conftest import signed_in

__all__ = ["account", "root"]  # the fixtures

ADD = "/admin/intelligence/calendarevent/add/"


def entered(of: AdAccount | None, **changes: str) -> dict[str, Any]:
    values = {"account": of.pk if of else "", "name": "Sale", "kind": "promotion", "effect": ""}
    return {**values, "first_day": "2026-11-27", "last_day": "2026-11-30", **changes}


def test_an_event_is_added_changed_and_deleted_with_ledger_events(account: AdAccount, root: Client) -> None:
    assert root.post(ADD, entered(account)).status_code == 302
    event = CalendarEvent.objects.get()
    path = f"/admin/intelligence/calendarevent/{event.pk}"
    assert root.post(f"{path}/change/", entered(account, name="Longer sale")).status_code == 302
    assert root.post(f"{path}/delete/", {"post": "yes"}).status_code == 302
    told = [row.payload for row in LedgerEvent.objects.filter(account_id=account.pk).order_by("id")]
    assert [one["before"] and one["before"]["name"] for one in told] == [None, "Sale", "Longer sale"]
    assert told[-1]["calendar_event"] is None
    assert not CalendarEvent.objects.exists()


def test_what_is_wrong_stays_in_the_form(account: AdAccount, root: Client) -> None:
    answer = root.post(ADD, entered(account, last_day="2026-11-01"))
    assert "ends before it begins" in answer.content.decode()
    assert not CalendarEvent.objects.exists()


def test_an_admin_of_one_account_adds_nothing_for_others_or_for_all(account: AdAccount) -> None:
    client = signed_in(staff(account, Role.ADMIN))
    other = AdAccountFactory.create()
    for of in (other, None):
        client.post(ADD, entered(of))
    assert not CalendarEvent.objects.exists()
    client.post(ADD, entered(account))
    assert CalendarEvent.objects.get().account == account


def test_others_see_their_own_and_the_common_events(account: AdAccount) -> None:
    other = AdAccountFactory.create()
    for of, name in ((account, "Mine"), (other, "Theirs"), (None, "Everybody's")):
        CalendarEvent.objects.create(account=of, name=name, first_day="2026-11-27", last_day="2026-11-27")
    text = signed_in(staff(account, Role.VIEWER)).get("/admin/intelligence/calendarevent/").content.decode()
    assert "Mine" in text
    assert "Everybody&#x27;s" in text
    assert "Theirs" not in text
