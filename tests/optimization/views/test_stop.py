"""The emergency stop from the pages: who may, of what, and at once: a reason is never waited for."""

from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdAccount
from optimization.models import EmergencyStop
from tests.optimization.views.conftest import signed_in


def html(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_manager_stops_their_account(page: Client, euro: AdAccount) -> None:
    assert page.post("/stop/", {"account": euro.pk, "reason": "odd spend"}).status_code == 302
    assert EmergencyStop.objects.get().account == euro
    assert "Emergency stop of Northwind" in html(page, "/")


def test_a_stop_waits_for_no_reason(page: Client, euro: AdAccount) -> None:
    text = html(page, "/stop/")
    assert "required" not in text[text.index("stop-reason") :]
    assert page.post("/stop/", {"account": euro.pk}).status_code == 302
    stop = EmergencyStop.objects.get()
    assert (stop.account, stop.reason, stop.lifted_at) == (euro, "", None)
    assert "Emergency stop of Northwind" in html(page, "/")


def test_a_manager_cannot_stop_everything_or_another_account(page: Client, yen: AdAccount) -> None:
    assert page.post("/stop/", {"account": "all", "reason": "x"}).status_code == 403
    assert page.post("/stop/", {"account": yen.pk, "reason": "x"}).status_code == 404
    assert not EmergencyStop.objects.exists()


def test_a_viewer_cannot_stop(viewer: User, euro: AdAccount) -> None:
    assert signed_in(viewer).post("/stop/", {"account": euro.pk, "reason": "x"}).status_code == 403


def test_the_form_of_the_stop_stands_once_on_its_own_page(page: Client, euro: AdAccount) -> None:
    assert html(page, "/stop/").count('id="stop-reason"') == 1
    assert html(page, "/").count('id="stop-reason"') == 1
